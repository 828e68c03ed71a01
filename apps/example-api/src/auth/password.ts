import { PasswordRejected } from '@org/enterprise-auth/passwords';
import { ValidationFailed } from '@org/enterprise-http';
import { z } from 'zod';

/** A password that somebody claims to have: any text, and no more of it than is worth a look. */
export const PasswordAttempt = z.string().min(1).max(1_000).meta({ format: 'password', example: 'correct horse battery staple' });

/** A password to be. What it must be like, the policy says: with every reason at once, and a blocklist beside the length. */
export const NewPassword = z.string().min(1).max(1_000).meta({
  format: 'password', minLength: 8, example: 'correct horse battery staple',
  description: 'At least 8 characters and at most 72 bytes in UTF-8. None of those that attackers try first, and not one\'s own name or address.',
});

/** Tells what is wrong with a new password like any other fault of the field that it came in. */
export async function faultsOf<R>(field: string, work: Promise<R>): Promise<R> {
  try {
    return await work;
  } catch (error) {
    if (!PasswordRejected.is(error)) throw error;
    throw new ValidationFailed({ faults: error.details.reasons.map(({ message }) => ({ path: field, message, in: 'body' })) });
  }
}
