export { eventsContract, type EventsContractOptions, type OpenedEvents, type TestApi } from './events-contract.js';
