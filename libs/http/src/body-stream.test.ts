import { Readable } from 'node:stream';
import { overStream, releaseStream } from './body-stream.js';

async function* letters(): AsyncGenerator<string> {
  yield 'a';
  yield 'b';
}

test('a stream that is read to its end is not told to be unread', async () => {
  let unread = 0;
  const chunks = [];
  for await (const chunk of overStream(letters(), letters(), () => { unread += 1; })) chunks.push(chunk);
  expect([chunks, unread]).toEqual([['a', 'b'], 0]);
});

test('one that is left half-way runs the finally of its generator, and is not unread', async () => {
  let unread = 0;
  let left = 0;
  const generator = async function* (): AsyncGenerator<string> { try { yield* letters(); } finally { left += 1; } };
  for await (const _ of overStream(letters(), generator(), () => { unread += 1; })) break;
  expect([left, unread]).toEqual([1, 0]);
});

test('one that is left before its first chunk releases its source and tells, once', async () => {
  for (const leave of ['return', 'throw'] as const) {
    let unread = 0;
    const source = Readable.from(['a']);
    const stream = overStream(source, letters(), () => { unread += 1; });
    await stream[leave](new Error('left')).catch(() => {});
    await stream.return(undefined);
    expect([leave, source.destroyed, unread]).toEqual([leave, true, 1]);
  }
});

test('releasing an iterable asks its iterator to return', async () => {
  let returned = 0;
  releaseStream({ [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }), return: async () => { returned += 1; throw new Error('ignored'); } }) });
  await Promise.resolve();
  expect(returned).toBe(1);
});
