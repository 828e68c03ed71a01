import { setTimeout as wait } from 'node:timers/promises';
import { parts } from '../../test/hosts/parts.js';
import { fetchHandler } from './fetch.js';

const at = (path: string, init?: RequestInit): Request => new Request(`https://api.example/api${path}`, init);

test('a request is answered without a server', async () => {
  const handler = fetchHandler(parts().dispatcher);
  const answer = await handler(at('/v2/parts/a?'), { remoteAddress: '203.0.113.9' });
  expect([answer.status, answer.headers.get('x-seen-address'), ((await answer.json()) as any).data.size]).toEqual([200, '203.0.113.9', 1.5]);
  expect((await handler(at('/v1/ping'))).headers.get('x-seen-address')).toBe('');
});

test('headers of a connection are left out, for a function has none', async () => {
  const answer = await fetchHandler(parts().dispatcher)(at('/v2/parts', { method: 'POST', body: 'x'.repeat(200_000), headers: { 'content-type': 'application/json' } }));
  expect([answer.status, answer.headers.get('connection')]).toEqual([413, null]);
});

test('answers without a body have none', async () => {
  const handler = fetchHandler(parts().dispatcher);
  for (const [init, status] of [[{ method: 'OPTIONS' }, 204], [{ headers: { 'if-none-match': '"v1-7"' } }, 304], [{ method: 'HEAD' }, 200]] as const) {
    const answer = await handler(at('/v1/parts/a', init));
    expect([answer.status, answer.body]).toEqual([status, null]);
  }
});

test('a stream is pulled by its reader and let go when that cancels', async () => {
  const { dispatcher, seen } = parts();
  const answer = await fetchHandler(dispatcher)(at('/v1/download?chunks=1000'));
  expect(seen.produced).toBe(0);
  const reader = answer.body!.getReader();
  await reader.read();
  expect(seen.produced).toBe(1);
  await reader.cancel();
  await new Promise(setImmediate);
  expect([seen.produced, seen.left]).toEqual([1, ['download']]);
});

test('cancelling the answer tells a source that waits', async () => {
  const { dispatcher, seen } = parts();
  const answer = await fetchHandler(dispatcher)(at('/v1/ticks'));
  const reader = answer.body!.getReader();
  for (let i = 0; i < 3; i++) await reader.read();
  const last = reader.read();
  await wait(5); // until the source waits
  await reader.cancel();
  await last;
  await wait(5);
  expect(seen.left).toEqual(['ticks']);
});

test('a signal that is aborted before the handler looks is seen too', async () => {
  const { dispatcher, seen } = parts();
  await fetchHandler(dispatcher)(at('/v1/patient', { signal: AbortSignal.abort() }));
  expect(seen.left).toEqual(['patient']);
});
