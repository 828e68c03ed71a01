import { currentContext, noopLogger, runInContext } from '@org/enterprise-kernel';
import { opened, outcome, verify } from '../../test/api-keys.js';
import { LastUsed } from './last-used.js';
import { memoryApiKeyStore } from './memory-api-key-store.js';

const wanted = { owner: 'ann', name: 'Deployment', scopes: ['orders:read'] };
const settled = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

test('a use is noted once a minute for each key', async () => {
  const { keys, watched, clock } = opened();
  const [one, two] = [await keys.issue(wanted), await keys.issue(wanted)];
  for (let i = 0; i < 5; i++) for (const { key } of [one, two]) await verify(keys, key);
  await settled();
  expect(watched.count('touch')).toBe(2);
  const noted = new Date(clock.now());
  expect((await keys.list('ann')).map(({ lastUsedAt }) => lastUsedAt)).toEqual([noted, noted]);
  await clock.advance({ seconds: 59 }); // the key is looked up again meanwhile
  await verify(keys, one.key);
  expect(watched.count('touch')).toBe(2);
  await clock.advance({ seconds: 1 });
  await verify(keys, one.key);
  await settled();
  expect((await keys.list('ann')).map(({ lastUsedAt }) => lastUsedAt)).toEqual([new Date(clock.now()), noted]);
});

test('what another process has noted is not noted again', async () => {
  const { keys, clock, watched } = opened();
  const other = opened({ store: watched.store, clock });
  const { key } = await keys.issue(wanted);
  await verify(other.keys, key);
  await settled();
  await clock.advance({ seconds: 10 });
  await verify(keys, key);
  await settled();
  expect(watched.count('touch')).toBe(1);
});

test('a refused key leaves no trace', async () => {
  const { keys, watched, clock } = opened();
  const { key } = await keys.issue({ ...wanted, expiresIn: { seconds: 1 } });
  await clock.advance({ seconds: 1 });
  expect(await outcome(keys, key)).toBe('API_KEY_INVALID');
  await settled();
  expect(watched.count('touch')).toBe(0);
});

test('no request waits for it, and it belongs to none', async () => {
  const contexts: unknown[] = [];
  let release!: () => void;
  const held = new Promise<void>((resolve) => { release = resolve; });
  const store = { ...memoryApiKeyStore(), touch: () => { contexts.push(currentContext()); return held; } };
  const { keys } = opened({ store });
  const { key } = await keys.issue(wanted);
  await runInContext({ requestId: 'r' }, () => verify(keys, key)); // answers although it is not written
  expect(contexts).toEqual([undefined]);

  let disposed = false;
  const disposing = keys[Symbol.asyncDispose]().then(() => { disposed = true; });
  await settled();
  expect(disposed).toBe(false);
  release();
  await disposing;
});

test.each([
  ['rejects', () => Promise.reject(new Error('away'))],
  ['throws', () => { throw new Error('away'); }],
])('a store that %s is written into the log, without the key, and tried again a minute later', async (_, touch) => {
  let tried = 0;
  const store = { ...memoryApiKeyStore(), touch: () => { tried++; return touch(); } };
  const { keys, lines, clock } = opened({ store });
  const { key, apiKey } = await keys.issue(wanted);
  for (let i = 0; i < 3; i++) expect(await outcome(keys, key)).toBe('ann');
  await settled();
  expect(lines).toEqual([{ message: 'The last use of an API key could not be noted.', fields: { error: new Error('away'), api_key: apiKey.id } }]);
  expect(JSON.stringify(lines)).not.toContain(key.slice(26, 69));
  await clock.advance({ minutes: 1 });
  await verify(keys, key);
  expect(tried).toBe(2);
});

test('the times of no more keys are kept than are remembered', async () => {
  const touched: string[] = [];
  const store = { ...memoryApiKeyStore(), touch: async (id: string) => void touched.push(id) }; // and never tells
  const lastUsed = new LastUsed(store, noopLogger, 2);
  for (const id of ['a', 'b', 'a', 'c', 'b', 'a']) lastUsed.note(id, 1_000_000, 0);
  await lastUsed.settled();
  expect(touched).toEqual(['a', 'b', 'c', 'a']);
});
