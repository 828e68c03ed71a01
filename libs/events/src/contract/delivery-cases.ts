import { deepEqual, equal, rejects } from 'node:assert/strict';
import { currentContext } from '@org/enterprise-kernel';
import { z } from 'zod';
import { defineEvent } from '../define-event.js';
import { subscribe } from '../subscribe.js';
import { append, Deliberate, Moved, Opened, recorder, tick, until, type Cases } from './fixture.js';

export const deliveryCases: Cases = {
  'nothing is delivered before the commit': async (open) => {
    const { subscriber, handled } = recorder('contract.early');
    await using opened = await open({ subscribers: [subscriber], poll: { milliseconds: 10 } });
    await opened.bus.start();
    await opened.run(async () => {
      await opened.bus.append([Opened({ account: 'a', n: 1 })]);
      await tick(60);
      deepEqual(handled, []);
    });
    await opened.bus.idle();
    deepEqual(handled, ['a1']);
  },

  'nothing is delivered after a rollback': async (open) => {
    const { subscriber, handled } = recorder('contract.rolled-back');
    await using opened = await open({ subscribers: [subscriber], poll: { milliseconds: 10 } });
    await opened.bus.start();
    await rejects(opened.run(async () => {
      await opened.bus.append([Opened({ account: 'a', n: 1 })]);
      throw new Deliberate();
    }), Deliberate);
    await append(opened, 'a', 2);
    await opened.bus.idle();
    deepEqual(handled, ['a2']);
  },

  'every subscriber gets each event of its types once, and none of others': async (open) => {
    const [first, second] = [recorder('contract.first'), recorder('contract.second')];
    const moves: number[] = [];
    const third = subscribe(Moved, { name: 'contract.third', handle: async ({ payload }) => void moves.push(payload.n) });
    await using opened = await open({ subscribers: [first.subscriber, second.subscriber, third] });
    await opened.bus.start();
    await opened.run(() => opened.bus.append([Opened({ account: 'a', n: 1 }), Moved({ account: 'a', n: 2 }), Opened({ account: 'b', n: 3 })]));
    await append(opened, 'b', 4);
    await opened.bus.idle();
    await tick(30);
    for (const { handled } of [first, second]) deepEqual([...handled].sort(), ['a1', 'a2', 'b3', 'b4']);
    deepEqual(moves, [2]);
  },

  'what was committed before the start is delivered after it': async (open) => {
    const { subscriber, handled } = recorder('contract.late');
    await using opened = await open({ subscribers: [subscriber] });
    await append(opened, 'a', 1);
    await opened.bus.start();
    await append(opened, 'a', 2);
    await opened.bus.idle();
    deepEqual(handled, ['a1', 'a2']);
  },

  'an event arrives as it was appended': async (open) => {
    const Odd = defineEvent('contract.odd', { schema: z.object({ text: z.string(), nested: z.array(z.unknown()) }), key: ({ text }) => text });
    const received: unknown[] = [];
    await using opened = await open({ subscribers: [subscribe(Odd, { name: 'contract.odd', handle: async (event) => void received.push(event) })] });
    await opened.bus.start();
    const event = Odd({ text: `"quoted", 'a' {b} \\ ü € 🍵 $1 null`, nested: [null, 1.5, { a: [] }, '7', true] });
    const before = Date.now();
    await opened.run(() => opened.bus.append([event]));
    await opened.bus.idle();
    const [{ occurredAt, ...rest }] = received as [{ readonly occurredAt: Date }];
    deepEqual(rest, event);
    equal(occurredAt.getTime() >= before && occurredAt.getTime() <= Date.now(), true);
  },

  'a payload of an older version arrives at the newest one': async (open) => {
    const Old = defineEvent('contract.grown', { schema: z.object({ name: z.string() }), key: () => 'k' });
    const New = defineEvent('contract.grown', {
      version: 3, key: () => 'k', schema: z.object({ given: z.string(), family: z.string(), title: z.string() }),
      upcasters: { 1: ({ name }: { name: string }) => ({ given: name.split(' ')[0], family: name.split(' ')[1] }), 2: (payload: object) => ({ ...payload, title: '' }) },
    });
    const received: unknown[] = [];
    await using opened = await open({ subscribers: [subscribe(New, { name: 'contract.grown', handle: async ({ payload, version }) => void received.push({ payload, version }) })] });
    await opened.bus.start();
    await opened.run(() => opened.bus.append([Old({ name: 'Ada Lovelace' })]));
    await opened.bus.idle();
    deepEqual(received, [{ payload: { given: 'Ada', family: 'Lovelace', title: '' }, version: 3 }]);
  },

  'a drain waits for what is running and takes nothing more': async (open) => {
    let release!: () => void;
    const held = new Promise<void>((resolve) => { release = resolve; });
    const { subscriber, handled } = recorder('contract.drained', { concurrency: 1, before: () => held });
    await using opened = await open({ subscribers: [subscriber] });
    await opened.bus.start();
    await append(opened, 'a', 1);
    await append(opened, 'b', 2);
    await tick(100);
    let drained = false;
    const draining = opened.bus.drain().then(() => { drained = true; });
    await tick(50);
    equal(drained, false);
    release();
    await draining;
    deepEqual(handled, ['a1']);
    await append(opened, 'a', 3);
    await tick(50);
    deepEqual(handled, ['a1']);
    await rejects(opened.bus.idle(), TypeError);
  },

  'a drain gives up what does not end in time, and it is not counted as a failure': async (open) => {
    for (const guarantee of ['once', 'at-least-once'] as const) {
      let reason: unknown;
      let began = false;
      const { subscriber } = recorder('contract.stubborn', {
        guarantee, retry: { attempts: 1 },
        before: () => new Promise(() => {
          began = true;
          const { signal } = currentContext()!;
          signal!.addEventListener('abort', () => { reason = signal!.reason; });
        }),
      });
      await using opened = await open({ subscribers: [subscriber] });
      await opened.bus.start();
      await append(opened, 'a', 1);
      await until(() => began, 'the handler has begun');
      const start = Date.now();
      await opened.bus.drain({ milliseconds: 50 });
      equal(Date.now() - start < 4_000, true);
      equal(reason instanceof Error, true);
      deepEqual(await opened.bus.deadLetters.list(), []);
    }
  },
};
