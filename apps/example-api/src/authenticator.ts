import { provideValue } from '@org/enterprise-di';
import { noAuthenticator, type Authenticator as AuthenticatorPort } from '@org/enterprise-http';
import { token } from '@org/enterprise-kernel';

export type Authenticator = AuthenticatorPort;
export const Authenticator = token<AuthenticatorPort>('auth.Authenticator');

/** Nobody can log in yet: routes that are not public answer 401. */
export const nobody = provideValue(Authenticator, noAuthenticator);
