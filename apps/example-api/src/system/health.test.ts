import type { HealthCheck } from '@org/enterprise-kernel';
import { healthOf } from './health.js';

const well: HealthCheck = { name: 'well', check: async () => ({ connections: 3 }) };
const ill: HealthCheck = { name: 'ill', check: async () => { throw new Error('no answer'); } };
const optional: HealthCheck = { name: 'optional', critical: false, check: async () => { throw new Error('away'); } };
const silent: HealthCheck = { name: 'silent', timeout: { milliseconds: 20 }, check: () => new Promise(() => {}) };

test.each<[string, readonly HealthCheck[], string]>([
  ['nothing to ask', [], 'pass'], ['all well', [well], 'pass'], ['a part missing that is not needed', [well, optional], 'warn'],
  ['a part missing that is', [well, optional, ill], 'fail'], ['a part that does not answer', [silent], 'fail'],
])('%s', async (_what, checks, status) => {
  expect((await healthOf(checks)).status).toBe(status);
});

test('every part is told with its details, or why it is not well', async () => {
  const time = expect.stringMatching(/^\d{4}-.*Z$/);
  expect((await healthOf([well, ill, optional, silent])).checks).toEqual({
    well: [{ status: 'pass', time, connections: 3 }], ill: [{ status: 'fail', time, output: 'no answer' }],
    optional: [{ status: 'warn', time, output: 'away' }], silent: [{ status: 'fail', time, output: 'It did not answer in time.' }],
  });
});
