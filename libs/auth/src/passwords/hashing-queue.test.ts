import { noopMeter, runInContext, type Meter } from '@org/enterprise-kernel';
import { HashingQueue } from './hashing-queue.js';

interface Held { readonly promise: Promise<string>; end(value?: string): void; fail(error: Error): void }

const queue = (concurrency: number, maxWaiting: number, meter: Meter = noopMeter): HashingQueue => new HashingQueue({ algorithm: 'test', concurrency, maxWaiting, meter });

/** Puts a job into a queue that ends when it is told to. */
function hold(into: HashingQueue, begun: string[] = [], name = ''): Held {
  let end!: (value?: string) => void;
  let fail!: (error: Error) => void;
  const job = new Promise<string>((resolve, reject) => { end = (value = name) => resolve(value); fail = reject; });
  return { promise: into.run(() => { begun.push(name); return job; }), end, fail };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('so many run, so many wait in the order in which they came, and the next is refused at once', async () => {
  const begun: string[] = [];
  const jobs = queue(2, 2);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => hold(jobs, begun, name)) as [Held, Held, Held, Held];
  await expect(hold(jobs, begun, 'e').promise).rejects.toMatchObject({ code: 'PASSWORD_HASHING_BUSY', kind: 'unavailable', details: { retry_after_seconds: 1 } });
  expect(begun).toEqual(['a', 'b']);
  b.end();
  await turn();
  expect(begun).toEqual(['a', 'b', 'c']);
  a.end();
  c.end();
  d.end();
  expect(await Promise.all([a, b, c, d].map(({ promise }) => promise))).toEqual(['a', 'b', 'c', 'd']);
});

test('a job that fails makes place for the next', async () => {
  const jobs = queue(1, 1);
  const [first, second] = [hold(jobs), hold(jobs, [], 'second')];
  first.fail(new Error('deliberate'));
  await expect(first.promise).rejects.toThrow('deliberate');
  second.end();
  expect(await second.promise).toBe('second');
  expect(await jobs.run(async () => 'third')).toBe('third');
});

test('who has gone gives up the place in the queue, and nothing is done for who had gone before', async () => {
  const begun: string[] = [];
  const jobs = queue(1, 1);
  const first = hold(jobs, begun, 'first');
  const client = new AbortController();
  const second = runInContext({ requestId: 'r', signal: client.signal }, () => hold(jobs, begun, 'second'));
  client.abort(new Error('gone'));
  await expect(second.promise).rejects.toThrow('gone');
  await expect(runInContext({ requestId: 'r', signal: client.signal }, () => hold(jobs, begun, 'again')).promise).rejects.toThrow('gone');
  const third = hold(jobs, begun, 'third');
  first.end();
  third.end();
  await third.promise;
  expect(begun).toEqual(['first', 'third']);
});

test('Retry-After grows with what waits and with how long the last one took', async () => {
  const jobs = queue(1, 10);
  await jobs.run(() => new Promise((resolve) => setTimeout(resolve, 250)));
  const held = Array.from({ length: 11 }, () => hold(jobs));
  const refused = await jobs.run(async () => {}).catch((error: unknown) => error as { details: { retry_after_seconds: number } });
  expect(refused!.details.retry_after_seconds).toBeGreaterThanOrEqual(3);
  for (const each of held) each.end();
  await Promise.all(held.map(({ promise }) => promise));
});

test('closing waits for what runs, however often it is called', async () => {
  const jobs = queue(1, 1);
  const [running, waiting] = [hold(jobs, [], 'done'), hold(jobs)];
  let closed = 0;
  const closing = [jobs.close(), jobs.close()].map((each) => each.then(() => { closed++; }));
  await expect(waiting.promise).rejects.toMatchObject({ code: 'PASSWORD_HASHING_CLOSED' });
  await turn();
  expect(closed).toBe(0);
  running.end();
  await Promise.all(closing);
  expect([await running.promise, closed]).toEqual(['done', 2]);
  await expect(jobs.run(async () => {})).rejects.toMatchObject({ code: 'PASSWORD_HASHING_CLOSED' });
});

test('what waits and how long each took is measured', async () => {
  const recorded: number[] = [];
  let observe!: (set: (value: number) => void) => void;
  const meter = {
    ...noopMeter,
    histogram: () => ({ with: () => ({ record: (value: number) => recorded.push(value) }) }),
    gauge: (options: { observe: typeof observe }) => { ({ observe } = options); },
  } as unknown as Meter;
  const jobs = queue(1, 1, meter);
  const [first, second] = [hold(jobs), hold(jobs)];
  const waiting: number[] = [];
  observe((value) => waiting.push(value));
  first.end();
  second.end();
  await second.promise;
  observe((value) => waiting.push(value));
  expect([waiting, recorded.length]).toEqual([[1, 0], 2]);
});
