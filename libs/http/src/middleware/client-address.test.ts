import { createDispatcher } from '../dispatcher.js';
import { fakeRequest } from '../fake-request.js';
import { plainRoute } from '../plain-route.js';
import { textAnswer } from '../envelope.js';
import { versionSet } from '@org/enterprise-versioning';
import { subscriberOf } from './address.js';
import { clientAddress, type ClientAddressOptions } from './client-address.js';
import { served } from '../../test/served.js';

const options = (client: ClientAddressOptions) => ({
  versions: versionSet({ supported: ['v1'], default: 'v1' }),
  routes: [],
  plain: [plainRoute({ method: 'GET', path: '/address', access: 'public', handle: ({ remoteAddress }) => textAnswer(200, 'text/plain', remoteAddress) })],
  middleware: [clientAddress(client)],
});
const addressOf = async (client: ClientAddressOptions, remoteAddress: string, forwarded?: string): Promise<unknown> => {
  const dispatcher = createDispatcher(options(client));
  return (await dispatcher.handle(fakeRequest('GET', '/address', { remoteAddress, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }))).body;
};

test('a forwarded address counts only from a trusted proxy, over a real connection', async () => {
  await using near = await served(options({ trustProxy: 'loopback' }));
  await using far = await served(options({ trustProxy: '10.0.0.0/8' }));
  await using none = await served(options({}));
  const answers = await Promise.all([near, far, none].map((http) => http.send('GET', '/address', { 'x-forwarded-for': '203.0.113.9' })));
  expect(answers.map(({ text }) => text)).toEqual(['203.0.113.9', '127.0.0.1', '127.0.0.1']);
});

test('what the client claims itself, left of the first untrusted address, is not believed', async () => {
  expect(await addressOf({ trustProxy: ['10.0.0.0/8', '192.168.1.1'] }, '10.0.0.1', '1.1.1.1, 203.0.113.9, 192.168.1.1, 10.9.9.9')).toBe('203.0.113.9');
  expect(await addressOf({ trustProxy: ['10.0.0.0/8'] }, '203.0.113.1', '1.1.1.1')).toBe('203.0.113.1');
});

test('where all are trusted the first one is the client', async () => {
  expect(await addressOf({ trustProxy: ['10.0.0.0/8'] }, '10.0.0.1', '10.0.0.7, 10.0.0.2')).toBe('10.0.0.7');
});

test.each([['unknown', '10.0.0.1'], ['', '10.0.0.1'], ['1.1.1.1, <script>', '10.0.0.1'], ['203.0.113.9:4711', '203.0.113.9'], ['[2001:db8::1]:4711', '2001:db8::1'], ['::ffff:203.0.113.9', '203.0.113.9'], ['2001:db8::5', '2001:db8::5']])(
  'X-Forwarded-For: %s gives %s', async (forwarded, address) => {
    expect(await addressOf({ trustProxy: ['10.0.0.1'] }, '10.0.0.1', forwarded)).toBe(address);
  },
);

test('an IPv4 address on an IPv6 socket is an IPv4 address, for trust too', async () => {
  expect(await addressOf({}, '::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(await addressOf({ trustProxy: '192.0.2.0/24' }, '::FFFF:192.0.2.1', '203.0.113.9')).toBe('203.0.113.9');
});

test('a proxy that is no address is refused at once', () => {
  expect(() => clientAddress({ trustProxy: ['proxy.internal'] })).toThrow('invalid IP address: proxy.internal');
});

test.each([
  ['192.0.2.1', '192.0.2.1'], ['::ffff:192.0.2.1', '192.0.2.1'], ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'], ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'], ['2001:db8::1', '2001:db8:0:0::/64'], ['::1', '0:0:0:0::/64'], ['::', '0:0:0:0::/64'], ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'], ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'], ['1::3:4:5:6:192.0.2.1', '1:0:3:4::/64'], ['', ''], ['not:an:address', 'not:an:address'],
])('the subscriber of %s is %s', (address, subscriber) => {
  expect(subscriberOf(address)).toBe(subscriber);
});
