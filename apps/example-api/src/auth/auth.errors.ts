import { defineError } from '@org/enterprise-kernel';

/** Does not say which of the two is wrong, nor whether there is such an account. */
export const CredentialsInvalid = defineError('CREDENTIALS_INVALID', {
  kind: 'unauthenticated',
  title: 'The e-mail address or the password is wrong.',
});

/** The password that was given as the present one is not. */
export const PasswordWrong = defineError('PASSWORD_WRONG', {
  kind: 'forbidden',
  title: 'The current password is wrong.',
});

/** What needs a person who has logged in was asked for with an API key. */
export const LogInRequired = defineError('LOG_IN_REQUIRED', {
  kind: 'forbidden',
  title: 'An API key cannot do this; log in to do so.',
});
