// Here, so that drizzle-kit finds them among the tables of the domains.
export { eventInbox, eventOutbox, eventSubscriptions } from '@org/enterprise-events/postgres';
