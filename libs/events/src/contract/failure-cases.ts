import { deepEqual, equal, match } from 'node:assert/strict';
import { currentContext } from '@org/enterprise-kernel';
import { z } from 'zod';
import { defineEvent } from '../define-event.js';
import { subscribe } from '../subscribe.js';
import { append, Deliberate, Moved, Opened, quickly, recorder, tick, until, type Cases } from './fixture.js';

/** Fails the first so many attempts at each event. */
function failing(times: number) {
  const attempts = new Map<string, number>();
  return ({ id }: { readonly id: string }): void => {
    const attempt = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, attempt);
    if (attempt <= times) throw new Deliberate(`failure ${attempt}`);
  };
}

const order = (handled: readonly string[], key: string): string[] => handled.filter((each) => each.startsWith(key));

export const failureCases: Cases = {
  'events of one key are handled in their order, with failures in between': async (open) => {
    const { subscriber, handled } = recorder('contract.order', { before: failing(2) });
    await using opened = await open({ subscribers: [subscriber] });
    await opened.bus.start();
    for (let n = 1; n <= 5; n++) for (const key of ['a', 'b', 'c']) await append(opened, key, n);
    await until(() => handled.length >= 15, 'all are handled');
    for (const key of ['a', 'b', 'c']) deepEqual(order(handled, key), [1, 2, 3, 4, 5].map((n) => `${key}${n}`));
  },

  'a key that fails holds up no other': async (open) => {
    const { subscriber, handled } = recorder('contract.apart', {
      concurrency: 1, retry: { first: { seconds: 30 } }, before: ({ key }) => { if (key === 'bad') throw new Deliberate(); },
    });
    await using opened = await open({ subscribers: [subscriber] });
    await opened.bus.start();
    await append(opened, 'bad', 1);
    await append(opened, 'bad', 2);
    for (let n = 1; n <= 3; n++) await append(opened, 'good', n);
    await opened.bus.idle();
    deepEqual(handled, ['good1', 'good2', 'good3']);
  },

  'a failed event is tried again after pauses that grow': async (open) => {
    const times: number[] = [];
    const fail = failing(4);
    const { subscriber, handled } = recorder('contract.retries', {
      retry: { attempts: 5, first: { milliseconds: 40 }, longest: { milliseconds: 160 } },
      before(event) { times.push(Date.now()); fail(event); },
    });
    await using opened = await open({ subscribers: [subscriber] });
    await opened.bus.start();
    await append(opened, 'a', 1);
    await until(() => handled.length === 1, 'it is handled');
    equal(times.length, 5);
    const pauses = times.slice(1).map((time, i) => time - times[i]!);
    // Shortened at random by up to half; a timer may be early by a millisecond.
    [20, 40, 80, 80].forEach((least, i) => equal(pauses[i]! >= least - 2, true, `pause ${i + 1} was ${pauses[i]} ms`));
  },

  'a failure is noted before anybody takes the event again, however many look for one': async (open) => {
    const times = new Map<string, number[]>();
    const fail = failing(2);
    const { subscriber, handled } = recorder('contract.noted', {
      concurrency: 4, retry: { attempts: 5, first: { milliseconds: 60 } },
      before(event) { times.set(event.id, [...times.get(event.id) ?? [], Date.now()]); fail(event); },
    });
    await using opened = await open({ subscribers: [subscriber], poll: { milliseconds: 5 } });
    await opened.bus.start();
    for (let n = 1; n <= 12; n++) await append(opened, `k${n}`, n);
    await until(() => handled.length === 12, 'all are handled');
    for (const tried of times.values()) {
      equal(tried.length, 3);
      equal(tried[1]! - tried[0]! >= 28 && tried[2]! - tried[1]! >= 58, true, `tried after ${tried.map((time) => time - tried[0]!).join(' and ')} ms`);
    }
  },

  'after its last attempt an event is a dead letter, and its key goes on': async (open) => {
    const { subscriber, handled } = recorder('contract.dead', { retry: { ...quickly, attempts: 3 }, before: ({ payload }) => { if (payload.n === 1) throw new Deliberate('no way'); } });
    const { subscriber: other, handled: others } = recorder('contract.alive');
    await using opened = await open({ subscribers: [subscriber, other] });
    await opened.bus.start();
    const event = Opened({ account: 'a', n: 1 });
    await opened.run(() => opened.bus.append([event]));
    await append(opened, 'a', 2);
    await until(() => handled.length === 1 && others.length === 2, 'the next is handled');
    deepEqual(handled, ['a2']);
    deepEqual(others, ['a1', 'a2']);
    const [letter, ...more] = await opened.bus.deadLetters.list();
    deepEqual(more, []);
    equal(letter!.subscriber, 'contract.dead');
    equal(letter!.event.id, event.id);
    deepEqual(letter!.event.payload, { account: 'a', n: 1 });
    equal(letter!.attempts, 3);
    equal(letter!.error, 'no way');
    equal(Math.abs(letter!.diedAt.getTime() - Date.now()) < 10_000, true);
  },

  'a dead letter is handled again when it is told to, and forgotten when it is discarded': async (open) => {
    let broken = true;
    const { subscriber, handled } = recorder('contract.revived', { retry: { ...quickly, attempts: 1 }, before: () => { if (broken) throw new Deliberate('x'.repeat(10_000)); } });
    await using opened = await open({ subscribers: [subscriber] });
    const { deadLetters } = opened.bus;
    await opened.bus.start();
    for (const [key, n] of [['a', 1], ['b', 2], ['c', 3]] as const) await append(opened, key, n);
    await until(async () => (await deadLetters.list()).length === 3, 'all are dead');
    broken = false;
    const [first, second] = await deadLetters.list({ subscriber: 'contract.revived' });
    equal(first!.error.length <= 500, true);
    equal((await deadLetters.list({ limit: 2 })).length, 2);
    deepEqual(await deadLetters.list({ subscriber: 'contract.other' }), []);
    equal(await deadLetters.retry({ subscriber: 'contract.other' }), 0);
    equal(await deadLetters.retry({ eventId: first!.event.id }), 1);
    await opened.bus.idle();
    deepEqual(handled, [`${first!.event.key}${(first!.event.payload as { n: number }).n}`]);
    equal(await deadLetters.discard({ eventId: second!.event.id, subscriber: 'contract.revived' }), 1);
    equal(await deadLetters.retry({ subscriber: 'contract.revived' }), 1);
    await opened.bus.idle();
    equal(handled.length, 2);
    deepEqual(await deadLetters.list(), []);
  },

  'what a failing handler appended is gone with its failure': async (open) => {
    const fail = failing(2);
    const { subscriber, handled } = recorder('contract.follow-up-reader');
    const writer = subscribe(Opened, {
      name: 'contract.follow-up', retry: quickly,
      async handle(event) {
        await opened.bus.append([Moved({ account: 'x', n: event.payload.n })]);
        fail(event);
      },
    });
    await using opened = await open({ subscribers: [writer, subscriber] });
    await opened.bus.start();
    await append(opened, 'a', 1);
    await until(() => handled.includes('x1'), 'the follow-up has arrived');
    await opened.bus.idle();
    await tick(30);
    deepEqual([...handled].sort(), ['a1', 'x1']);
  },

  'a payload that cannot be read is a dead letter at once': async (open) => {
    const Written = defineEvent('contract.unreadable', { schema: z.object({ n: z.any() }), key: () => 'k' });
    const Read = defineEvent('contract.unreadable', { schema: z.object({ n: z.int() }), key: () => 'k' });
    const seen: number[] = [];
    await using opened = await open({ subscribers: [subscribe(Read, { name: 'contract.strict', handle: async ({ payload }) => void seen.push(payload.n) })] });
    await opened.bus.start();
    await opened.run(() => opened.bus.append([Written({ n: 'one' }), Written({ n: 2 })]));
    await opened.bus.idle();
    deepEqual(seen, [2]);
    const [letter] = await opened.bus.deadLetters.list();
    match(letter!.error, /^EVENT_UNREADABLE/);
    equal(letter!.attempts, 1);
  },

  'a payload of a newer release waits for the process that can read it': async (open) => {
    const Newer = defineEvent('contract.newer', { version: 2, upcasters: { 1: (n: unknown) => n }, schema: z.object({ n: z.int() }), key: () => 'k' });
    const Known = defineEvent('contract.newer', { schema: z.object({ n: z.int() }), key: () => 'k' });
    const subscriber = subscribe(Known, { name: 'contract.older', retry: { first: { seconds: 30 } }, handle: async () => {} });
    await using opened = await open({ subscribers: [subscriber] });
    await opened.bus.start();
    await opened.run(() => opened.bus.append([Newer({ n: 1 })]));
    await opened.bus.idle();
    deepEqual(await opened.bus.deadLetters.list(), []);
  },

  'a handler that takes too long has failed, and its signal says so': async (open) => {
    let attempts = 0;
    let reason: any;
    const { subscriber, handled } = recorder('contract.slow', {
      timeout: { milliseconds: 60 },
      before: () => (++attempts > 1 ? undefined : new Promise(() => {
        const { signal } = currentContext()!;
        signal!.addEventListener('abort', () => { reason = signal!.reason; });
      })),
    });
    await using opened = await open({ subscribers: [subscriber] });
    await opened.bus.start();
    await append(opened, 'a', 1);
    await until(() => handled.length === 1, 'the second attempt has ended');
    equal(reason.code, 'EVENT_HANDLER_TIMEOUT');
    equal(attempts, 2);
  },

  'a handler with the guarantee at-least-once fails and is repeated likewise': async (open) => {
    const { subscriber, handled } = recorder('contract.outside', { guarantee: 'at-least-once', before: failing(2) });
    const { subscriber: hopeless } = recorder('contract.hopeless', { guarantee: 'at-least-once', retry: { ...quickly, attempts: 2 }, before: () => { throw new Deliberate('mail server'); } });
    await using opened = await open({ subscribers: [subscriber, hopeless] });
    await opened.bus.start();
    for (let n = 1; n <= 3; n++) for (const key of ['a', 'b']) await append(opened, key, n);
    await until(async () => handled.length === 6 && (await opened.bus.deadLetters.list()).length === 6, 'all have ended');
    for (const key of ['a', 'b']) deepEqual(order(handled, key), [1, 2, 3].map((n) => `${key}${n}`));
    deepEqual([...new Set((await opened.bus.deadLetters.list()).map(({ error, attempts }) => `${attempts} ${error}`))], ['2 mail server']);
  },
};
