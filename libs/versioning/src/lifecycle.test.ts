import { versionSet, type VersionLifecycle } from './index.js';

const headersOf = (v1: VersionLifecycle): object => Object.fromEntries(versionSet({ supported: ['v1', 'v2'], lifecycle: { v1 } }).get('v1')!.headers());

test('a version without a lifecycle adds no headers', () => {
  expect(headersOf({})).toEqual({});
});

test('dates are sent as RFC 9745 and RFC 8594 write them', () => {
  expect(headersOf({ deprecated: '2026-01-31', sunset: '2027-01-31T10:00:00+02:00' })).toEqual({
    Deprecation: '@1769817600',
    Sunset: 'Sun, 31 Jan 2027 08:00:00 GMT',
  });
});

test('a Date will do, and the future too', () => {
  expect(headersOf({ deprecated: new Date('2999-01-01T00:00:00.500Z') })).toEqual({ Deprecation: '@32472144000' });
});

test('the page for people is linked once for each date that there is', () => {
  const info = 'https://example.com/v1';
  expect(headersOf({ deprecated: '2026-01-31', info })).toMatchObject({ Link: '<https://example.com/v1>; rel="deprecation"; type="text/html"' });
  expect(headersOf({ sunset: '2026-01-31', info })).toMatchObject({ Link: '<https://example.com/v1>; rel="sunset"; type="text/html"' });
  expect(headersOf({ deprecated: '2026-01-31', sunset: '2026-01-31', info, successor: '/api/v2?x=%20' })).toMatchObject({
    Link: '<https://example.com/v1>; rel="deprecation"; type="text/html", <https://example.com/v1>; rel="sunset"; type="text/html", </api/v2?x=%20>; rel="successor-version"',
  });
});

test('the list of headers is made once and cannot be changed', () => {
  const version = versionSet({ supported: ['v1'], lifecycle: { v1: { deprecated: '2026-01-31' } } }).newest;
  expect(version.headers()).toBe(version.headers());
  expect(() => (version.headers() as unknown[]).push(1)).toThrow(TypeError);
  expect(() => { (version.headers()[0] as unknown as string[])[1] = '@0'; }).toThrow(TypeError);
});

test.each<[string, VersionLifecycle, string]>([
  ['a sunset before the deprecation', { deprecated: '2027-01-02', sunset: '2027-01-01' }, 'would be sunset before it is deprecated'],
  ['a day that no month has', { sunset: '2026-02-30' }, 'lifecycle.v1.sunset must be a date'],
  ['a time without a zone, which every machine reads differently', { sunset: '2026-02-01T10:00' }, 'lifecycle.v1.sunset must be a date'],
  ['an hour that no day has', { deprecated: '2026-02-01T25:00Z' }, 'lifecycle.v1.deprecated must be a date'],
  ['a month that no year has', { deprecated: '2026-13-01' }, 'lifecycle.v1.deprecated must be a date'],
  ['an invalid Date', { deprecated: new Date(NaN) }, 'not "Invalid Date"'],
  ['text that is no date', { deprecated: 'soon' }, 'not "soon"'],
  ['an end without a date', { afterSunset: 'gone' }, 'needs a sunset date'],
  ['a page about nothing', { info: 'https://example.com' }, 'neither a deprecation nor a sunset'],
  ['a link that breaks out of its header', { sunset: '2026-01-01', info: 'https://example.com>; rel="x"' }, 'is not an address'],
  ['a line break in a link', { successor: '/api/v2\r\nSet-Cookie: a=b' }, 'is not an address'],
])('%s is refused', (_, lifecycle, message) => {
  expect(() => headersOf(lifecycle)).toThrow(message);
});
