import { readFile } from 'node:fs/promises';
import { compareOpenApi } from '@org/enterprise-versioning/openapi';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { testApi, type TestApi } from './testing.js';

const releasedOf = async (version: string) => JSON.parse(await readFile(new URL(`../openapi/${version}.json`, import.meta.url), 'utf8'));

let api: TestApi;
// With the real authenticator, whose ways to prove oneself are part of the documents.
beforeAll(async () => { api = await testApi({}, { proof: true }); });
afterAll(() => api[Symbol.asyncDispose]());

describe.each(['v1', 'v2'])('the document of %s', (version) => {
  const served = async (): Promise<string> => (await fetch(`${api.url}/api/${version}/openapi.json`)).text();

  test('breaks no caller of the released one', async () => {
    const breaking = compareOpenApi(await releasedOf(version), JSON.parse(await served())).filter(({ severity }) => severity === 'breaking');
    expect(breaking).toEqual([]);
  });

  test('is free of lint', async () => {
    const problems = await lintFromString({ source: await served(), absoluteRef: '/openapi.json', config: await createConfig({ extends: ['recommended'] }) });
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });
});

test('a change that would break callers is seen', async () => {
  const document = await releasedOf('v2');
  const changed = structuredClone(document);
  delete changed.paths['/products/{id}'].delete;
  expect(compareOpenApi(document, changed)).toEqual([expect.objectContaining({ severity: 'breaking' })]);
});

test.each(['v1', 'v2'])('what is released of %s is the whole API, not a part of it', async (version) => {
  const tags = new Set(Object.values<any>((await releasedOf(version)).paths).flatMap((path) => Object.values<any>(path).flatMap((operation) => operation.tags ?? [])));
  expect([...tags].sort()).toEqual(['audit', 'auth', 'orders', 'products', 'system', 'users']);
});
