import { z } from 'zod';
import { eventsContract } from './contract/index.js';
import { defineEvent } from './define-event.js';
import { memoryEvents } from './memory-events.js';
import { subscribe } from './subscribe.js';

eventsContract({ describe, test }, {
  name: 'memory',
  async open(options) {
    const bus = memoryEvents(options);
    return { bus, run: bus.run, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
  },
});

const Noted = defineEvent('note.taken', { schema: z.object({ text: z.string() }), key: ({ text }) => text });

test('outside of a unit an event is committed at once', async () => {
  const texts: string[] = [];
  await using bus = memoryEvents({ subscribers: [subscribe(Noted, { name: 'note.reader', handle: async ({ payload }) => void texts.push(payload.text) })] });
  await bus.start();
  await bus.append([Noted({ text: 'a' })]);
  await bus.idle();
  expect(texts).toEqual(['a']);
});
