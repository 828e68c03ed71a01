import { noopMeter, type Counter, type Meter } from './meter.js';

const plain = { name: 'jobs_total', help: 'Jobs.' } as const;
const labelled = { name: 'requests_total', help: 'Requests.', labels: ['method', 'status'] } as const;

describe('noopMeter', () => {
  it('takes every measurement', () => {
    const { counter, histogram, gauge }: Meter = noopMeter;
    const labels = { method: 'GET', status: '200' };
    expect(counter(plain).add(1)).toBeUndefined();
    expect(counter(labelled).with(labels).add(1)).toBeUndefined();
    expect(histogram({ ...plain, buckets: [0.1, 1] }).record(0.2)).toBeUndefined();
    expect(histogram(plain).with().record(0.2)).toBeUndefined();
    expect(gauge(labelled).set(1, labels)).toBeUndefined();
    expect(gauge({ ...plain, observe: (set) => set(1) }).add(-1)).toBeUndefined();
  });

  it('never asks a gauge for its value', () => {
    noopMeter.gauge({ ...plain, observe: () => { throw new Error('asked'); } }).set(1);
  });
});

describe('labels in types', () => {
  it('are required where declared', () => {
    const requests = noopMeter.counter(labelled);
    const sizes = noopMeter.histogram({ name: 'size_bytes', help: 'Sizes.', labels: ['method'] });
    const open = noopMeter.gauge({ name: 'open', help: 'Open.', labels: ['pool'], observe: (set) => set(1, { pool: 'main' }) });
    requests.add(1, { method: 'GET', status: '200' });
    sizes.record(1, { method: 'GET' });
    open.set(1, { pool: 'main' });
    // @ts-expect-error no labels
    requests.add(1);
    // @ts-expect-error one label is missing
    requests.add(1, { method: 'GET' });
    // @ts-expect-error an unknown label
    requests.add(1, { method: 'GET', status: '200', path: '/' });
    // @ts-expect-error a label is text
    requests.add(1, { method: 'GET', status: 200 });
    // @ts-expect-error no labels
    requests.with();
    // @ts-expect-error no labels
    sizes.record(1);
    // @ts-expect-error an unknown label
    sizes.with({ path: '/' });
    // @ts-expect-error no labels
    open.set(1);
    // @ts-expect-error no labels
    noopMeter.gauge({ name: 'open', help: 'Open.', labels: ['pool'], observe: (set) => set(1) });
  });

  it('are refused where none are declared', () => {
    const jobs: Counter = noopMeter.counter(plain);
    jobs.add(1);
    jobs.with().add(1);
    // @ts-expect-error there are no labels
    jobs.add(1, { method: 'GET' });
    // @ts-expect-error there are no labels
    jobs.with({ method: 'GET' });
    // @ts-expect-error there are no labels
    noopMeter.histogram(plain).record(1, {});
    // @ts-expect-error bound to its labels already
    jobs.with().add(1, {});
  });
});
