import { readFile } from 'node:fs/promises';
import { compareOpenApi } from '@org/enterprise-versioning/openapi';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { testApi, type TestApi } from './testing.js';

let api: TestApi;
beforeAll(async () => { api = await testApi(); });
afterAll(() => api[Symbol.asyncDispose]());

describe.each(['v1', 'v2'])('the document of %s', (version) => {
  const served = async (): Promise<string> => (await fetch(`${api.url}/api/${version}/openapi.json`)).text();
  const released = async () => JSON.parse(await readFile(new URL(`../openapi/${version}.json`, import.meta.url), 'utf8'));

  test('breaks no caller of the released one', async () => {
    const breaking = compareOpenApi(await released(), JSON.parse(await served())).filter(({ severity }) => severity === 'breaking');
    expect(breaking).toEqual([]);
  });

  test('is free of lint', async () => {
    const problems = await lintFromString({ source: await served(), absoluteRef: '/openapi.json', config: await createConfig({ extends: ['recommended'] }) });
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });
});

test('a change that would break callers is seen', async () => {
  const document = JSON.parse(await readFile(new URL('../openapi/v2.json', import.meta.url), 'utf8'));
  const changed = structuredClone(document);
  delete changed.paths['/products/{id}'].delete;
  expect(compareOpenApi(document, changed)).toEqual([expect.objectContaining({ severity: 'breaking' })]);
});
