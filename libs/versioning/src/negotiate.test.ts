import { isAppError, manualClock, type AppError } from '@org/enterprise-kernel';
import { ApiVersionNotFound, headerVersion, mediaTypeVersion, pathVersion, queryVersion, versionErrorStatus, versionSet, type VersionRequest, type VersionSet } from './index.js';

const request = (path: string, headers: Record<string, string> = {}, query: Record<string, string> = {}): VersionRequest => ({
  path,
  header: (name) => headers[name],
  query: (name) => query[name],
});

function refusal(set: VersionSet, asked: VersionRequest): AppError {
  try {
    set.negotiate(asked);
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  throw new Error('The request was accepted.');
}

const set = versionSet({ supported: ['v1', 'v2'], default: 'v1' });

describe('a request is served by', () => {
  test.each([
    ['/api/v1/products/1', {}, 'v1', '/products/1', 'path'],
    ['/api/v2', {}, 'v2', '/', 'path'],
    ['/api/v2/', {}, 'v2', '/', 'path'],
    ['/api/products', { 'x-api-version': 'v2' }, 'v2', '/products', 'header'],
    ['/api/products', { 'x-api-version': '2' }, 'v2', '/products', 'header'],
    ['/api/products', { 'x-api-version': ' V2 ' }, 'v2', '/products', 'header'],
    ['/api/products', {}, 'v1', '/products', 'default'],
    ['/api', {}, 'v1', '/', 'default'],
    ['/api/', {}, 'v1', '/', 'default'],
    // An empty header is as good as none.
    ['/api/products', { 'x-api-version': ' ' }, 'v1', '/products', 'default'],
    ['/api/products', { 'x-api-version': ', ,' }, 'v1', '/products', 'default'],
    // The path wins when nothing contradicts it.
    ['/api/v2/products', { 'x-api-version': '2' }, 'v2', '/products', 'path'],
    // A header sent twice with one meaning.
    ['/api/products', { 'x-api-version': 'v2, 2' }, 'v2', '/products', 'header'],
    // These only begin like a version.
    ['/api/videos', {}, 'v1', '/videos', 'default'],
    ['/api/v1-old', {}, 'v1', '/v1-old', 'default'],
    ['/api/1/products', {}, 'v1', '/1/products', 'default'],
    ['/api//v2/products', {}, 'v1', '//v2/products', 'default'],
    ['/api/products/v2', {}, 'v1', '/products/v2', 'default'],
    // Only the prefix itself is the prefix.
    ['/apis/v2/products', {}, 'v1', '/apis/v2/products', 'default'],
    ['/other', {}, 'v1', '/other', 'default'],
  ])('%s with %j: %s', (path, headers, version, rest, source) => {
    expect(set.negotiate(request(path, headers))).toMatchObject({ version: { name: version }, path: rest, source });
  });
});

describe('a request is refused:', () => {
  test.each([
    ['/api/v10/products', {}, 'API_VERSION_UNSUPPORTED', 'missing', 404, 'There is no API version "v10" (path). Supported: v1, v2.'],
    ['/api/v3', {}, 'API_VERSION_UNSUPPORTED', 'missing', 404, /"v3"/],
    ['/api/v2.1/products', {}, 'API_VERSION_UNSUPPORTED', 'missing', 404, /"v2.1"/],
    ['/api/v2beta1/products', {}, 'API_VERSION_UNSUPPORTED', 'missing', 404, /"v2beta1"/],
    // One address, one spelling: a gateway's rule for /api/v1 must not be walked around.
    ['/api/V1/products', {}, 'API_VERSION_UNSUPPORTED', 'missing', 404, /"V1"/],
    ['/api/products', { 'x-api-version': 'v10' }, 'API_VERSION_UNSUPPORTED', 'invalid', 400, 'There is no API version "v10" (header X-API-Version). Supported: v1, v2.'],
    ['/api/products', { 'x-api-version': 'latest' }, 'API_VERSION_UNSUPPORTED', 'invalid', 400, /"latest"/],
    ['/api/v1/products', { 'x-api-version': 'v9' }, 'API_VERSION_UNSUPPORTED', 'invalid', 400, /"v9"/],
    ['/api/v9/products', { 'x-api-version': 'v1' }, 'API_VERSION_UNSUPPORTED', 'missing', 404, /"v9"/],
    ['/api/v1/products', { 'x-api-version': 'v2' }, 'API_VERSION_CONFLICT', 'invalid', 400, 'The request names different API versions: v1 (path), v2 (header X-API-Version).'],
    ['/api/products', { 'x-api-version': 'v1, v2' }, 'API_VERSION_CONFLICT', 'invalid', 400, /v1 \(header X-API-Version\), v2 \(header X-API-Version\)/],
  ])('%s with %j: %s', (path, headers, code, kind, status, message) => {
    const error = refusal(set, request(path, headers));
    expect(error).toMatchObject({ code, kind });
    expect(() => { throw error; }).toThrow(message);
    expect(versionErrorStatus(error)).toBe(status);
  });

  test('both sources and values are in the details of a conflict', () => {
    expect(refusal(set, request('/api/v1/x', { 'x-api-version': '2' })).details).toEqual({
      named: [{ source: 'path', version: 'v1' }, { source: 'header X-API-Version', version: 'v2' }],
    });
  });

  test('the supported versions are in the details, and a long value is cut', () => {
    const error = refusal(set, request('/api/x', { 'x-api-version': 'v'.repeat(1000) }));
    expect(error.details).toEqual({ requested: 'v'.repeat(64), source: 'header X-API-Version', supported: ['v1', 'v2'] });
    expect(ApiVersionNotFound.is(error)).toBe(true);
  });

  test('no version where none is the default', () => {
    const strict = versionSet({ supported: ['v1', 'v2'] });
    expect(strict.default).toBeUndefined();
    expect(refusal(strict, request('/api/x'))).toMatchObject({ code: 'API_VERSION_REQUIRED', kind: 'invalid', details: { supported: ['v1', 'v2'] } });
  });
});

describe('a version past its sunset', () => {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const lifecycle = { sunset: '2026-06-30', info: 'https://example.com/v1' } as const;
  const ending = versionSet({ supported: ['v1', 'v2'], default: 'v2', lifecycle: { v1: { ...lifecycle, afterSunset: 'gone' } }, clock });

  beforeEach(() => clock.set(Date.UTC(2026, 5, 30)));

  test('answers until the last millisecond', () => {
    clock.set(Date.UTC(2026, 5, 30) - 1);
    expect(ending.negotiate(request('/api/v1/x')).version.name).toBe('v1');
  });

  test('is gone from that moment on, with status 410', () => {
    const error = refusal(ending, request('/api/v1/x'));
    expect(error).toMatchObject({
      code: 'API_VERSION_GONE',
      kind: 'missing',
      message: 'API version v1 is no longer served. Supported: v2.',
      details: { version: 'v1', sunset: '2026-06-30T00:00:00.000Z', supported: ['v2'], info: 'https://example.com/v1' },
    });
    expect(versionErrorStatus(error)).toBe(410);
    expect(ending.get('v1')!.gone).toBe(true);
  });

  test('is no longer offered to those who ask for an unknown one', () => {
    expect(refusal(ending, request('/api/v7/x')).details).toMatchObject({ supported: ['v2'] });
  });

  test('goes on answering unless told otherwise', () => {
    const serving = versionSet({ supported: ['v1', 'v2'], default: 'v1', lifecycle: { v1: lifecycle }, clock });
    expect(serving.negotiate(request('/api/x')).version.name).toBe('v1');
    expect(serving.get('v1')!.gone).toBe(false);
  });

  test('is no default: the set is refused however far the day is', () => {
    expect(() => versionSet({ supported: ['v1', 'v2'], default: 'v1', lifecycle: { v1: { sunset: '2999-01-01', afterSunset: 'gone' } }, clock }))
      .toThrow('The default version v1 must not be gone after its sunset');
  });
});

describe('names', () => {
  test('may be dates, and an undeclared date in the path is an unknown version', () => {
    const dated = versionSet({ supported: ['2026-01-01', '2026-06-01'], default: '2026-01-01' });
    expect(dated.negotiate(request('/api/2026-06-01/x'))).toMatchObject({ version: { index: 1 }, path: '/x' });
    expect(refusal(dated, request('/api/2026-02-01/x'))).toMatchObject({ kind: 'missing' });
    expect(dated.negotiate(request('/api/v1/x'))).toMatchObject({ path: '/v1/x', source: 'default' });
  });

  test('may be numbers or words', () => {
    const mixed = versionSet({ supported: ['1', 'next'], default: '1' });
    expect(mixed.negotiate(request('/api/next/x'))).toMatchObject({ version: { name: 'next' }, path: '/x' });
    expect(refusal(mixed, request('/api/2/x'))).toMatchObject({ kind: 'missing' });
    expect(mixed.negotiate(request('/api/other/x'))).toMatchObject({ path: '/other/x' });
  });

  test('a declared number is not taken for its namesake with a v', () => {
    const both = versionSet({ supported: ['v1', '1'] });
    expect(both.negotiate(request('/api/x', { 'x-api-version': '1' })).version.name).toBe('1');
    expect(both.negotiate(request('/api/x', { 'x-api-version': 'v1' })).version.name).toBe('v1');
  });

  test.each([[[]], [['v1', 'V1']], [['v 1']], [['../v1']], [['']], [['-v1']]])('%j are refused', (supported) => {
    expect(() => versionSet({ supported })).toThrow(TypeError);
  });
});

describe('strategies', () => {
  test('the prefix may be another, or none', () => {
    const deep = versionSet({ supported: ['v1'], strategies: [pathVersion({ prefix: '/shop/api' })] });
    expect(deep.negotiate(request('/shop/api/v1/x')).path).toBe('/x');
    const root = versionSet({ supported: ['v1'], strategies: [pathVersion({ prefix: '/' })] });
    expect(root.prefix).toBe('');
    expect(root.negotiate(request('/v1/x')).path).toBe('/x');
    expect(root.negotiate(request('/v1')).path).toBe('/');
  });

  test.each(['api', '/api/', '//', '/a?b'])('the prefix %j is refused', (prefix) => {
    expect(() => pathVersion({ prefix })).toThrow(TypeError);
  });

  test('a media type parameter can name the version', () => {
    const typed = versionSet({ supported: ['1', '2'], default: '1', strategies: [mediaTypeVersion()] });
    const named = (accept: string): string => typed.negotiate(request('/x', { accept })).version.name;
    expect(named('application/json; version=2')).toBe('2');
    expect(named('text/html, application/json;q=0.9;Version="2"')).toBe('2');
    expect(named('application/json;subversion=2')).toBe('1');
    expect(named('application/json')).toBe('1');
    expect(typed.negotiate(request('/x')).version.name).toBe('1');
    expect(refusal(typed, request('/x', { accept: 'a/b;version=1, c/d;version=2' })).code).toBe('API_VERSION_CONFLICT');
  });

  test('a query parameter can name the version', () => {
    const queried = versionSet({ supported: ['2026-01-01'], strategies: [pathVersion(), queryVersion()] });
    expect(queried.negotiate(request('/api/x', {}, { 'api-version': '2026-01-01' }))).toMatchObject({ path: '/x', source: 'query' });
    expect(() => queried.negotiate({ path: '/api/x', header: () => undefined })).toThrow('queryVersion needs a request with a query function');
  });

  test('a strategy of one\'s own is a small object', () => {
    const bySubdomain = versionSet({
      supported: ['v1', 'v2'],
      strategies: [{ source: 'host', vary: 'Host', unknown: 'missing', read: (r) => r.header('host')?.split('.')[0] }],
    });
    expect(bySubdomain.negotiate(request('/x', { host: 'v2.example.com' }))).toMatchObject({ version: { name: 'v2' }, source: 'host', vary: 'Host' });
    expect(refusal(bySubdomain, request('/x', { host: 'www.example.com' }))).toMatchObject({ kind: 'missing', details: { source: 'host' } });
  });

  test('the earlier one is reported as the source', () => {
    const headerFirst = versionSet({ supported: ['v1'], strategies: [headerVersion('Accept-Version'), pathVersion()] });
    expect(headerFirst.negotiate(request('/api/v1/x', { 'accept-version': '1' }))).toMatchObject({ source: 'header', path: '/x', vary: 'Accept-Version' });
  });

  test('caches learn which request headers mattered, unless the path decided', () => {
    expect(set.negotiate(request('/api/x')).vary).toBe('X-API-Version');
    expect(set.negotiate(request('/api/x', { 'x-api-version': '1' })).vary).toBe('X-API-Version');
    expect(set.negotiate(request('/api/v1/x')).vary).toBe('');
  });

  test('none at all, or two that read the path, are refused', () => {
    expect(() => versionSet({ supported: ['v1'], strategies: [] })).toThrow('at least one strategy');
    expect(() => versionSet({ supported: ['v1'], strategies: [pathVersion(), pathVersion({ prefix: '/v' })] })).toThrow('At most one strategy');
  });
});

describe('a set', () => {
  test('knows its versions, oldest first', () => {
    expect(set.versions.map(({ name, index }) => [name, index])).toEqual([['v1', 0], ['v2', 1]]);
    expect(set.newest.name).toBe('v2');
    expect(set.default?.name).toBe('v1');
    expect(set.get('v2')).toBe(set.newest);
    expect(set.get('2')).toBeUndefined();
  });

  test('covers what lies under its prefix and is not neutral', () => {
    const partial = versionSet({ supported: ['v1'], neutral: ['/api/ping', '/api/docs/*'] });
    expect(['/api', '/api/x', '/api/v1/x', '/api/pings', '/api/docs2'].map((path) => partial.covers(path))).toEqual([true, true, true, true, true]);
    expect(['/', '/apis', '/health', '/api/ping', '/api/docs', '/api/docs/a/b'].map((path) => partial.covers(path))).toEqual([false, false, false, false, false, false]);
  });

  test.each(['ping', '/api/*/x', '/api/docs*'])('the neutral path %j is refused', (path) => {
    expect(() => versionSet({ supported: ['v1'], neutral: [path] })).toThrow(TypeError);
  });

  test('an unknown default or a lifecycle of an unknown version is refused', () => {
    expect(() => versionSet({ supported: ['v1'], default: 'v2' })).toThrow('The default version "v2" is not supported (v1).');
    expect(() => versionSet({ supported: ['v1'], lifecycle: { v2: {} } })).toThrow('lifecycle describes version "v2"');
  });
});
