import type { Authenticator as AuthenticatorPort } from '@org/enterprise-http';
import { token } from '@org/enterprise-kernel';

export type Authenticator = AuthenticatorPort;
export const Authenticator = token<AuthenticatorPort>('auth.Authenticator');
