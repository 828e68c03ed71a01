// Here, so that drizzle-kit finds it among the tables of the domains.
export { idempotencyKeys } from '@org/enterprise-http/persistence';
