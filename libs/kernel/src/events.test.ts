import { decided, type Decision, type DomainEvent, type EventSink } from './events.js';

interface Order { readonly id: string; readonly status: 'placed' | 'paid' }
type Placed = DomainEvent<'order.placed', { readonly order_id: string }>;
type Paid = DomainEvent<'order.paid', { readonly amount: number }>;

const placed: Placed = { id: 'e1', type: 'order.placed', version: 1, key: 'o1', payload: { order_id: 'o1' } };
const paid: Paid = { id: 'e2', type: 'order.paid', version: 1, key: 'o1', payload: { amount: 5 } };
const order: Order = { id: 'o1', status: 'placed' };

describe('decided', () => {
  it('holds the state and its events in order', () => {
    expect(decided(order, placed, paid)).toEqual({ state: order, events: [placed, paid] });
    expect(decided(order)).toEqual({ state: order, events: [] });
  });

  it('infers a decision that any repository of the state takes', () => {
    const save = (decision: Decision<Order>): number => decision.events.length;
    expect([save(decided(order)), save(decided(order, placed)), save(decided(order, placed, paid)), save(decided(order, ...[placed, paid]))]).toEqual([0, 1, 2, 2]);
    // @ts-expect-error not an order
    save(decided({ id: 'o1' }, placed));
    // @ts-expect-error not an event
    save(decided(order, { type: 'order.placed' }));
  });

  it('keeps the types of the events apart', () => {
    const decision = decided(order, placed, paid);
    const exact: Decision<Order, Placed | Paid> = decision;
    const [first] = exact.events;
    if (first?.type === 'order.placed') expect(first.payload.order_id).toBe('o1');
    // @ts-expect-error one of the events is of another type
    const wrong: Decision<Order, Placed> = decision;
    const none: Decision<Order, never> = decided(order);
    expect([wrong.events.length, none.events.length]).toEqual([2, 0]);
  });

  it('takes a literal for a state of the declared type', () => {
    const pay = ({ id }: Order): Decision<Order, Paid> => decided({ id, status: 'paid' }, paid);
    expect(pay(order).state).toEqual({ id: 'o1', status: 'paid' });
  });
});

describe('EventSink', () => {
  it('takes the events of any decision', async () => {
    const stored: DomainEvent[] = [];
    const sink: EventSink = { append: async (events) => void stored.push(...events) };
    await sink.append(decided(order, placed, paid).events);
    await sink.append(decided(order).events);
    expect(stored).toEqual([placed, paid]);
  });
});
