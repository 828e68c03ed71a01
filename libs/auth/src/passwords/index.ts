export { pwnedPasswords, type CompromisedPasswords, type PwnedPasswordsOptions } from './compromised-passwords.js';
export { LoginThrottled, OneTimeTokenInvalid, PasswordHashingBusy, PasswordHashingClosed, PasswordHashingFailed, PasswordRejected, type PasswordFault, type PasswordsErrorCode } from './errors.js';
export { normalisePassword } from './password-faults.js';
export { PasswordHasher } from './password-hasher.js';
export { passwordPolicy, type PasswordContext, type PasswordPolicy, type PasswordPolicyOptions } from './password-policy.js';
export { passwords, Passwords, type PasswordsOptions, type PasswordVerdict } from './passwords.js';
