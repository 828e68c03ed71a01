import { defineError } from '@org/enterprise-kernel';
import { existsSync, readFileSync } from 'node:fs';
import * as library from './index.js';
import { ApiVersionChainFailed, ApiVersionGone, ApiVersionNotFound, ApiVersionRequired, ApiVersionUnsupported, versionErrorStatus } from './index.js';

const codes = [...new Set(Object.values(library).flatMap((value) => (typeof value === 'function' && 'code' in value ? [String(value.code)] : [])))];

test.each(codes)('%s has a page', (code) => {
  const page = new URL(`../../../docs/errors/${code}.md`, import.meta.url);
  expect(existsSync(page)).toBe(true);
  expect(readFileSync(page, 'utf8')).toMatch(new RegExp(`^# ${code}\n`));
});

test('details keep what is declared and nothing else', () => {
  const details = { requested: 'v9', source: 'path', supported: ['v1'], secret: 'x' };
  expect(new ApiVersionNotFound(details).details).toEqual({ requested: 'v9', source: 'path', supported: ['v1'] });
});

test('missing details are a fault of the program', () => {
  expect(() => new ApiVersionUnsupported({ requested: 'v9', source: 'path' } as never)).toThrow('Wrong details for error API_VERSION_UNSUPPORTED: supported: is missing');
  expect(() => new ApiVersionUnsupported(undefined as never)).toThrow('must be an object');
  expect(new ApiVersionGone({ version: 'v1', sunset: 'x', supported: [] }).details).toEqual({ version: 'v1', sunset: 'x', supported: [] });
});

test('every other error has the status of its kind', () => {
  expect(versionErrorStatus(new ApiVersionRequired({ supported: ['v1'] }))).toBe(400);
  expect(versionErrorStatus(new ApiVersionChainFailed({ subject: 'x', from: 'v1', to: 'v2', direction: 'up' }))).toBe(500);
});

test('the status of a foreign error is not ours to say', () => {
  const Other = defineError('OTHER', { kind: 'missing', title: 'Other.' });
  expect([new Other(), new Error('x'), undefined, { code: 'API_VERSION_GONE' }].map(versionErrorStatus)).toEqual([undefined, undefined, undefined, undefined]);
});
