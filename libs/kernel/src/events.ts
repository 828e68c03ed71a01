/** A fact that happened in the domain. Its payload has the snake_case shape that leaves the process. */
export interface DomainEvent<Type extends string = string, Payload = unknown> {
  /** UUID version 7, made once; consumers recognise a repeat by it. */
  readonly id: string;
  /** `<aggregate>.<past participle>`, e.g. `order.placed`. */
  readonly type: Type;
  /** Version of the payload's schema, from 1. */
  readonly version: number;
  /** Id of the aggregate it happened to; events of one key are delivered in the order in which they were committed. */
  readonly key: string;
  readonly payload: Payload;
}

/** What a pure domain function returns: the new state and the events that led to it, never one without the other. */
export interface Decision<State, Event extends DomainEvent = DomainEvent> {
  readonly state: State;
  readonly events: readonly Event[];
}

/** Makes a {@link Decision}. */
export const decided = <State, Events extends readonly DomainEvent[]>(
  state: State,
  ...events: Events
): Decision<State, Events[number]> => ({ state, events });

/** Where a repository puts the events of a saved decision: the outbox, inside the unit of work of the save. */
export interface EventSink {
  append(events: readonly DomainEvent[]): Promise<void>;
}
