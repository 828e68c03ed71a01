import type { Labels, Meter } from '@org/enterprise-kernel';
import { versionUsage } from './index.js';

function countingMeter(): { meter: Meter; counted: Record<string, number> } {
  const counted: Record<string, number> = {};
  const meter = {
    counter: ({ name }: { name: string }) => ({
      add(value: number, labels: Labels) {
        const key = `${name} ${Object.values(labels).join(' | ')}`;
        counted[key] = (counted[key] ?? 0) + value;
      },
    }),
  } as unknown as Meter;
  return { meter, counted };
}

test('requests are counted by version, route and client', () => {
  const { meter, counted } = countingMeter();
  const usage = versionUsage({ meter });
  usage.record({ name: 'v1' }, 'GET /users/{id}', 'shop');
  usage.record({ name: 'v1' }, 'GET /users/{id}', 'shop');
  usage.record({ name: 'v2' }, 'GET /users/{id}');
  expect(counted).toEqual({
    'api_version_requests_total v1 | GET /users/{id} | shop': 2,
    'api_version_requests_total v2 | GET /users/{id} | anonymous': 1,
  });
});

test('clients beyond the bound are counted together, known ones stay known', () => {
  const { meter, counted } = countingMeter();
  const usage = versionUsage({ meter, maxClients: 1 });
  for (const client of ['a', 'b', 'c', 'a']) usage.record({ name: 'v1' }, 'r', client);
  expect(counted).toEqual({ 'api_version_requests_total v1 | r | a': 2, 'api_version_requests_total v1 | r | other': 2 });
});

test.each([-1, 1.5, NaN])('a bound of %d is refused', (maxClients) => {
  expect(() => versionUsage({ meter: countingMeter().meter, maxClients })).toThrow(TypeError);
});
