export { authApiKeys, authAttempts, authOneTimeTokens, authPlaces, authRevocations, authSessions } from '@org/enterprise-auth/persistence';
