import { HttpServer } from '../server.js';
import { testApi } from '../testing.js';
import { operationsPort } from './operations.js';

const ask = async (url: string): Promise<[number, any]> => {
  const response = await fetch(url);
  return [response.status, await response.json()];
};
const parts = ['application', 'database', 'revocations', 'events'];

test('operators have a listener of their own in production, and elsewhere if its port is set', () => {
  expect([operationsPort({ APP_ENV: 'prod', OPS_PORT: undefined }), operationsPort({ APP_ENV: 'prod', OPS_PORT: 8_000 }), operationsPort({ APP_ENV: 'dev', OPS_PORT: undefined }), operationsPort({ APP_ENV: 'dev', OPS_PORT: 0 })])
    .toEqual([9_090, 8_000, undefined, 0]);
});

test('where operators share the listener, it names the parts', async () => {
  await using api = await testApi();
  const [status, { checks }] = await ask(`${api.url}/health/ready`);
  expect([status, Object.keys(checks).length]).toEqual([200, parts.length]);
  expect(api.app.resolve(HttpServer).operationsUrl).toBe(api.url);
});

test('where they have their own, the public one says a status and nothing else', async () => {
  await using api = await testApi({ OPS_PORT: 0 });
  const { operationsUrl } = api.app.resolve(HttpServer);
  expect(operationsUrl).not.toBe(api.url);
  expect(await ask(`${api.url}/health/ready`)).toEqual([200, { status: 'pass' }]);
  const [status, { checks }] = await ask(`${operationsUrl}/health/ready`);
  expect([status, Object.values(checks).map(([part]: any) => part.status)]).toEqual([200, parts.map(() => 'pass')]);
  // And nothing of the public's is there.
  expect((await fetch(`${operationsUrl}/api/v2/ping`)).status).toBe(404);
});
