import type { PasswordFault } from './errors.js';

/**
 * Returns the one text that a password is whichever keyboard typed it: every blank is the ASCII one, and letters are composed
 * (NFC), as NIST SP 800-63B-4 section 3.1.1.2 and RFC 8265 section 4.2 (OpaqueString) want it. Not NFKC: it takes characters
 * that people tell apart, such as `²` and `2`, for one, and so makes the password weaker than it was meant.
 */
export const normalisePassword = (password: string): string => password.replace(/\p{Zs}/gu, ' ').normalize('NFC');

const notText: PasswordFault = {
  reason: 'not_text', message: 'Leave out control characters, such as tabs and line breaks, and characters that Unicode does not know.',
};

/** Finds control characters, halves of characters, and what Unicode has not assigned yet and may still compose in another way. */
export const textFault = (password: string): PasswordFault | undefined => (/[\p{Cc}\p{Cs}\p{Cn}]/u.test(password) ? notText : undefined);

/** Finds what ends a text in C, and halves of characters, all of which become one and the same character in UTF-8. */
export const zeroFault = (password: string): PasswordFault | undefined => (/[\0\p{Cs}]/u.test(password) ? notText : undefined);

export const byteFault = (password: string, most: number): PasswordFault | undefined =>
  (Buffer.byteLength(password) > most ? { reason: 'too_many_bytes', message: `Use at most ${most} bytes: letters beyond A to Z take two to four.` } : undefined);
