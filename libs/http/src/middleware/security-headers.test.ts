import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from '../contract.js';
import { textAnswer } from '../envelope.js';
import { implement } from '../implement.js';
import { plainRoute } from '../plain-route.js';
import { ok } from '../returns.js';
import { route } from '../route.js';
import { securityHeaders, type SecurityHeadersOptions } from './security-headers.js';
import { served, type Received } from '../../test/served.js';

const tagged = route({ method: 'GET', path: '/tagged', summary: 'Tagged', access: 'public', returns: ok(z.object({ version: z.int() }), { etag: 'version' }) });
const options = (settings?: SecurityHeadersOptions) => ({
  versions: versionSet({ supported: ['v1'], default: 'v1' }),
  routes: [implement(contract('x', { tagged }), {}, () => ({ tagged: () => ({ version: 1 }) }))],
  plain: [
    plainRoute({ method: 'GET', path: '/text', access: 'public', handle: () => textAnswer(200, 'text/plain', 'x') }),
    plainRoute({ method: 'GET', path: '/docs', access: 'public', handle: (exchange) => {
      exchange.headers.push('cache-control', 'public, max-age=60');
      return textAnswer(200, 'text/html', '<p>', ['content-security-policy', "default-src 'self'"]);
    } }),
  ],
  middleware: [securityHeaders(settings)],
});
const usual = {
  'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin', 'cross-origin-opener-policy': 'same-origin', 'cache-control': 'no-store',
};
const secured = ({ headers }: Received): object =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name in usual || name === 'strict-transport-security'));

test('answers and refusals carry them', async () => {
  await using http = await served(options());
  for (const path of ['/text', '/nowhere']) expect(secured(await http.send('GET', path))).toEqual(usual);
});

test('an answer keeps what it brings, wherever it put it, in any case', async () => {
  await using http = await served(options());
  expect(secured(await http.send('GET', '/docs'))).toEqual({ ...usual, 'content-security-policy': "default-src 'self'", 'cache-control': 'public, max-age=60' });
});

test('an answer with an ETag may be kept, to be revalidated', async () => {
  await using http = await served(options());
  const first = await http.send('GET', '/api/tagged');
  const again = await http.send('GET', '/api/tagged', { 'if-none-match': first.headers['etag'] });
  expect([first, again].map((answer) => [answer.status, answer.headers['cache-control']])).toEqual([[200, 'private, no-cache'], [304, 'private, no-cache']]);
});

test('each can be changed or left out, and HTTPS is insisted on where asked for', async () => {
  await using http = await served(options({
    contentTypeOptions: false, contentSecurityPolicy: false, frameOptions: 'SAMEORIGIN', referrerPolicy: false, crossOriginResourcePolicy: 'cross-origin', crossOriginOpenerPolicy: false,
    cacheControl: false, hsts: { maxAge: { days: 365 }, includeSubDomains: true, preload: true },
  }));
  expect(secured(await http.send('GET', '/text'))).toEqual({
    'x-frame-options': 'SAMEORIGIN', 'cross-origin-resource-policy': 'cross-origin', 'strict-transport-security': 'max-age=31536000; includeSubDomains; preload',
  });
  await using plain = await served(options({ hsts: { maxAge: { days: 1 } } }));
  expect(secured(await plain.send('GET', '/text'))).toEqual({ ...usual, 'strict-transport-security': 'max-age=86400' });
});
