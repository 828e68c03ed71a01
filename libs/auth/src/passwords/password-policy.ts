import { commonPasswords } from './common-passwords.js';
import type { CompromisedPasswords } from './compromised-passwords.js';
import type { PasswordFault } from './errors.js';
import { normalisePassword, textFault } from './password-faults.js';
import { fold, isPattern, stems, wordsOf } from './password-words.js';

export interface PasswordPolicyOptions {
  /** In characters (Unicode code points). NIST: 8, and 15 where nothing but the password proves who it is. @default 8 */
  readonly minLength?: number;
  /** In characters; at least 64. @default 256 */
  readonly maxLength?: number;
  /** Words that attackers try here first: the name of the service, of the company. @default none */
  readonly words?: readonly string[];
  /** Whether to refuse the 10,000 that the library brings along. @default true */
  readonly refuseCommon?: boolean;
  /** Asked last, for passwords without any other fault. @default nobody */
  readonly compromised?: CompromisedPasswords;
}

/** Of whom the password is to be, since people use what they know by heart. */
export interface PasswordContext {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  /** More of the kind: a user name, a company. */
  readonly words?: readonly string[] | undefined;
}

/** What a password must be like. */
export interface PasswordPolicy {
  /** Returns every fault; none if it may be used. */
  check(password: string, context?: PasswordContext): Promise<readonly PasswordFault[]>;
}

/**
 * Makes a policy after NIST SP 800-63B-4, section 3.1.1: length and blocklists, no rules about kinds of characters. The whole
 * password is compared with the lists, in lower case, and what is left of it without up to four digits and signs at its end.
 */
export function passwordPolicy({ minLength = 8, maxLength = 256, words = [], refuseCommon = true, compromised }: PasswordPolicyOptions = {}): PasswordPolicy {
  if (!Number.isInteger(minLength) || minLength < 8) throw new TypeError(`A password needs at least 8 characters (NIST SP 800-63B-4), so minLength cannot be ${minLength}.`);
  if (!Number.isInteger(maxLength) || maxLength < Math.max(64, minLength) || maxLength > 1024) throw new TypeError(`maxLength must be from 64, and minLength, to 1024, not ${maxLength}.`);
  const own = wordsOf(words);

  async function check(password: string, { email = '', name = '', words: more = [] }: PasswordContext = {}): Promise<PasswordFault[]> {
    const text = normalisePassword(password);
    // A code point is one or two units: what is far too long is not looked at any further.
    const length = text.length > 2 * maxLength ? text.length : [...text].length;
    if (length > maxLength) return [{ reason: 'too_long', message: `Use at most ${maxLength} characters.` }];
    const faults: PasswordFault[] = [];
    if (length < minLength) faults.push({ reason: 'too_short', message: `Use at least ${minLength} characters.` });
    const odd = textFault(text);
    if (odd) faults.push(odd);
    const candidates = stems(fold(text));
    const personal = new Set([...own, ...wordsOf([email, name, ...more])]);
    if (candidates.some((each) => personal.has(each))) faults.push({ reason: 'personal', message: 'Choose something else than a name, an e-mail address or the name of this service.' });
    if (refuseCommon && (isPattern(fold(text)) || await hasAny(candidates))) faults.push({ reason: 'common', message: 'Choose one that fewer people use: this is among the first that attackers try.' });
    if (faults.length === 0 && await compromised?.isCompromised(text)) faults.push({ reason: 'compromised', message: 'Choose another: this one is known from a data breach.' });
    return faults;
  }
  return { check };
}

async function hasAny(candidates: readonly string[]): Promise<boolean> {
  const common = await commonPasswords();
  return candidates.some((each) => common.has(each));
}
