import { setTimeout as wait } from 'node:timers/promises';
import { busyExpressHost, expressHost, nodeHost, type Running } from '../test/hosts/hosts.js';
import { parts, secret } from '../test/hosts/parts.js';
import { codeOf, statuses, talk, type Conversation } from '../test/hosts/raw.js';

const json = 'Content-Type: application/json\r\n';
const get = (target: string, headers = '', method = 'GET'): string => `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`;
const postTo = (path: string, body: string | Buffer, headers = json): Buffer => {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`), bytes]);
};
const post = (body: string | Buffer, headers?: string): Buffer => postTo('/api/v2/parts', body, headers);
const part = (fields: string): Buffer => post(`{"id":"a","name":"n",${fields}}`);
const head = (...lines: string[]): string => `POST /api/v2/parts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const deep = (depth: number): string => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;

type Case = readonly [what: string, bytes: string | Buffer, status: number, code: string | undefined];

const bodies: readonly Case[] = [
  ['a body that nests 10,000 levels', post(deep(10_000)), 400, 'VALIDATION_FAILED'],
  ['one that only opens its brackets', post('['.repeat(50_000)), 400, 'VALIDATION_FAILED'],
  ['invalid UTF-8', post(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d])), 400, 'VALIDATION_FAILED'],
  ['an overlong UTF-8 slash', post(Buffer.from([0x22, 0xc0, 0xaf, 0x22])), 400, 'VALIDATION_FAILED'],
  ['malformed JSON', post('{"id":'), 400, 'VALIDATION_FAILED'],
  ['JSON with a comment', post('{/**/}'), 400, 'VALIDATION_FAILED'],
  ['an empty body', post(''), 400, 'VALIDATION_FAILED'],
  ['a chunked body of no bytes', `${head('Transfer-Encoding: chunked', 'Connection: close')}0\r\n\r\n`, 400, 'VALIDATION_FAILED'],
  ['null', post('null'), 400, 'VALIDATION_FAILED'],
  ['a list in place of an object', post('[]'), 400, 'VALIDATION_FAILED'],
  ['plain text', post('{}', 'Content-Type: text/plain\r\n'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a form', post('id=a', 'Content-Type: application/x-www-form-urlencoded\r\n'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['no content type', post('{}', ''), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['another charset', post('{}', 'Content-Type: application/json; charset=latin1\r\n'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a content type that only begins like JSON', post('{}', 'Content-Type: application/jsonx\r\n'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a __proto__ key', part('"size":1,"__proto__":{"polluted":true}'), 400, 'VALIDATION_FAILED'],
  ['an escaped __proto__ key', part('"size":1,"\\u005f\\u005fproto\\u005f\\u005f":{"polluted":true}'), 400, 'VALIDATION_FAILED'],
  ['a __proto__ key within an open record', part('"size":1,"notes":{"__proto__":"x"}'), 400, 'VALIDATION_FAILED'],
  ['constructor.prototype', part('"size":1,"constructor":{"prototype":{"polluted":true}}'), 400, 'VALIDATION_FAILED'],
  ['an undeclared key (mass assignment)', part('"size":1,"version":99'), 400, 'VALIDATION_FAILED'],
  ['NaN', part('"size":NaN'), 400, 'VALIDATION_FAILED'],
  ['a number beyond all numbers', part('"size":1e999'), 400, 'VALIDATION_FAILED'],
  ['a number as text', part('"size":"1"'), 400, 'VALIDATION_FAILED'],
  ['the last of duplicate keys', part('"size":1,"size":2'), 201, 'OK'],
  ['a number that a double only comes near', part('"size":12345678901234567890'), 201, 'OK'],
];

const addresses: readonly Case[] = [
  ['an encoded line break in a parameter', get('/api/v1/parts/a%0d%0aSet-Cookie:%20x=1'), 200, 'OK'],
  ['an encoded NUL', get('/api/v1/parts/%00'), 200, 'OK'],
  ['encoded dots as a parameter', get('/api/v1/parts/%2e%2e'), 200, 'OK'],
  ['encoded dots that would lead to another address', get('/api/v1/%2e%2e/v1/parts/a'), 404, 'ROUTE_NOT_FOUND'],
  ['plain dots that would lead to another address', get('/api/v1/x/../parts/a'), 404, 'ROUTE_NOT_FOUND'],
  ['an encoded slash, which stays within its parameter', get('/api/v1/parts/a%2fb'), 200, 'OK'],
  ['a lone percent sign', get('/api/v1/parts/%'), 400, 'VALIDATION_FAILED'],
  ['an escape that is not hexadecimal', get('/api/v1/parts/%zz'), 400, 'VALIDATION_FAILED'],
  ['an escape that is not UTF-8', get('/api/v1/parts/%c3%28'), 400, 'VALIDATION_FAILED'],
  ['an extra slash in front', get('//api/v1/ping'), 404, 'ROUTE_NOT_FOUND'],
  ['an extra slash within', get('/api/v1//ping'), 404, 'ROUTE_NOT_FOUND'],
  ['a slash behind', get('/api/v1/ping/'), 404, 'ROUTE_NOT_FOUND'],
  ['the prefix in other letters', get('/API/v1/ping'), 404, 'ROUTE_NOT_FOUND'],
  ['a route in other letters', get('/api/v1/Ping'), 404, 'ROUTE_NOT_FOUND'],
  ['a matrix parameter', get('/api/v1/ping;y'), 404, 'ROUTE_NOT_FOUND'],
  ['a backslash', get('/api/v1\\ping'), 404, 'ROUTE_NOT_FOUND'],
  ['a version that only begins like one', get('/api/v10/ping'), 404, 'API_VERSION_UNSUPPORTED'],
  ['an unknown version in the header', get('/api/ping', 'X-API-Version: v9\r\n'), 400, 'API_VERSION_UNSUPPORTED'],
  ['path against header', get('/api/v1/ping', 'X-API-Version: v2\r\n'), 400, 'API_VERSION_CONFLICT'],
  ['two headers that disagree', get('/api/ping', 'X-API-Version: v1\r\nX-API-Version: v2\r\n'), 400, 'API_VERSION_CONFLICT'],
  ['a parameter of 300 characters', get(`/api/v1/parts/${'a'.repeat(300)}`), 400, 'VALIDATION_FAILED'],
  ['a parameter of 5,000 characters', get(`/api/v1/parts/${'a'.repeat(5_000)}`), 404, 'ROUTE_NOT_FOUND'],
  ['a query of 5,000 characters', get(`/api/v1/search?q=${'a'.repeat(5_000)}`), 400, 'VALIDATION_FAILED'],
  ['an address of 20,000 characters', get(`/api/v1/search?q=${'a'.repeat(20_000)}`), 431, 'HEADERS_TOO_LARGE'],
  ['a scalar twice', get('/api/v1/search?q=a&q=b'), 400, 'VALIDATION_FAILED'],
  ['a __proto__ query key', get('/api/v1/search?__proto__=a&constructor=b'), 400, 'VALIDATION_FAILED'],
  ['a query of an address that has none', get('/api/v1/ping?debug=1'), 400, 'VALIDATION_FAILED'],
  ['a malformed escape in the query, which stays text', get('/api/v1/search?q=%zz'), 200, 'OK'],
  ...['NaN', 'Infinity', '0x10', '-1', '1.5', '+1', '%201', '', '9007199254740993', '1e999'].map((page): Case => [`page=${page}`, get(`/api/v1/search?page=${page}`), 400, 'VALIDATION_FAILED']),
];

const protocol: readonly Case[] = [
  ['the absolute form, as through a proxy', get('http://elsewhere.example/api/v1/ping'), 200, 'OK'],
  ['the absolute form in capitals', get('HTTP://ELSEWHERE.EXAMPLE:80/api/v1/ping'), 200, 'OK'],
  ['OPTIONS for the server as a whole', get('*', '', 'OPTIONS'), 204, undefined],
  ['CONNECT', get('example.com:443', '', 'CONNECT'), 501, 'TUNNEL_REFUSED'],
  ['TRACE', get('/api/v1/ping', '', 'TRACE'), 405, 'METHOD_NOT_ALLOWED'],
  ['a method that does not exist', get('/api/v1/ping', '', 'FETCH'), 400, 'MALFORMED_REQUEST'],
  ['an upgrade to WebSocket, which nobody offers', get('/api/v1/ping', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'), 200, 'OK'],
  ['HTTP/1.0', 'GET /api/v1/ping HTTP/1.0\r\n\r\n', 200, 'OK'],
  ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  ['TLS', Buffer.from('16030100a5010000a10303', 'hex'), 400, 'MALFORMED_REQUEST'],
  ['no Host', 'GET /api/v1/ping HTTP/1.1\r\n\r\n', 400, undefined],
  ['both lengths', `${head('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
  ['two different lengths', `${head('Content-Length: 2', 'Content-Length: 3')}{}`, 400, 'MALFORMED_REQUEST'],
  ['a negative length', head('Content-Length: -1'), 400, 'MALFORMED_REQUEST'],
  ['an encoding that is not chunked', `${head('Transfer-Encoding: gzip')}{}`, 400, 'MALFORMED_REQUEST'],
  ['a blank in front of a colon', head('Transfer-Encoding : chunked'), 400, 'MALFORMED_REQUEST'],
  ['a chunk without a size', `${head('Transfer-Encoding: chunked')}zz\r\n{}\r\n0\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
  ['a NUL in a header', get('/api/v1/ping', 'X-A: a\0b\r\n'), 400, 'MALFORMED_REQUEST'],
  ['a bare carriage return in a header', get('/api/v1/ping', 'X-A: a\rb\r\n'), 400, 'MALFORMED_REQUEST'],
  ['a folded header', get('/api/v1/ping', 'X-A: a\r\n b\r\n'), 400, 'MALFORMED_REQUEST'],
  ['20 KB of cookies', get('/api/v1/ping', `Cookie: ${'a'.repeat(20_000)}\r\n`), 431, 'HEADERS_TOO_LARGE'],
  ['3,000 headers', get('/api/v1/ping', 'a:\r\n'.repeat(3_000)), 431, 'HEADERS_TOO_LARGE'],
  ['an expectation that nobody knows', get('/api/v1/ping', 'Expect: wonders\r\n'), 417, undefined],
];

const expectAnswer = ({ text, closed }: Conversation, status: number, code: string | undefined): void => {
  expect([statuses(text), codeOf(text), closed]).toEqual([[status], code, true]);
};

/** A host for the tests of a block, which serves on after each of them. */
function serving(start: () => Promise<Running>): { readonly port: number } {
  let host: Running;
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => { unhandled.push(error); };

  beforeAll(async () => {
    process.on('unhandledRejection', note);
    host = await start();
  });
  afterAll(async () => {
    await host.close();
    process.off('unhandledRejection', note);
  });
  afterEach(async () => {
    const { text } = await talk(host.port, get('/api/v1/ping'));
    expect([statuses(text), unhandled]).toEqual([[200], []]);
    expect(({} as any).polluted).toBeUndefined();
  });
  return { get port() { return host.port; } };
}

describe.each([nodeHost, expressHost])('on $name', (hostUnderTest) => {
  const host = serving(() => hostUnderTest.start(parts().dispatcher));

  describe('bodies', () => {
    test.each(bodies)('%s', async (_what, bytes, status, code) => expectAnswer(await talk(host.port, bytes), status, code));

    test('413 comes before the body does', async () => {
      const { text } = await talk(host.port, head('Content-Length: 10000000'), { until: /"code"/ });
      expect([statuses(text), codeOf(text)]).toEqual([[413], 'PAYLOAD_TOO_LARGE']);
    });

    test('a reader that stops half-way costs neither its answer nor the connection', async () => {
      const start = 'POST /api/v2/peek HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 5000000\r\n\r\n';
      const { text, closed } = await talk(host.port, (socket) => { socket.write(start); socket.write(Buffer.alloc(5_000_000)); socket.write(get('/api/v1/ping')); });
      expect([statuses(text), closed]).toEqual([[200, 200], true]);
    });

    test('a line break in a value cannot leave its header', async () => {
      const { text } = await talk(host.port, post('{"id":"a\\r\\nSet-Cookie: x=1","name":"n","size":1}'));
      expect([statuses(text), /^location: (.*)\r$/im.exec(text)?.[1]]).toEqual([[201], '/api/v2/parts/a%0D%0ASet-Cookie%3A%20x%3D1']);
      expect(text).not.toMatch(/^set-cookie/im);
    });
  });

  describe('addresses', () => {
    test.each(addresses)('%s', async (_what, bytes, status, code) => expectAnswer(await talk(host.port, bytes), status, code));
  });

  describe('the protocol', () => {
    test.each(protocol)('%s', async (_what, bytes, status, code) => expectAnswer(await talk(host.port, bytes), status, code));

    test('pipelined requests are answered in order', async () => {
      const { text } = await talk(host.port, [1, 2, 3].map((n) => `GET /api/v1/slow?ms=${20 - n * 5} HTTP/1.1\r\nHost: x\r\nX-Request-Id: r${n}\r\n${n === 3 ? 'Connection: close\r\n' : ''}\r\n`).join(''));
      expect(statuses(text)).toEqual([200, 200, 200]);
      expect([...text.matchAll(/"request_id":"(r\d)"/g)].map((match) => match[1])).toEqual(['r1', 'r2', 'r3']);
    });

    test('rubbish behind a request does not take its answer away', async () => {
      const { text, closed } = await talk(host.port, 'GET /api/v1/slow?ms=20 HTTP/1.1\r\nHost: x\r\n\r\nrubbish\r\n\r\n');
      expect([statuses(text), closed]).toEqual([[200], true]);
    });

    test('a body that is not read does not become the next request', async () => {
      const smuggled = get('/api/v1/crash');
      const { text } = await talk(host.port, `POST /api/v1/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}${get('/api/v1/ping')}`);
      expect(statuses(text)).toEqual([404, 200]);
    });

    test('a client that asks first sends its body when it is wanted', async () => {
      const body = '{"id":"a","name":"n","size":1}';
      const { text } = await talk(host.port, (socket) => {
        socket.on('data', (data) => { if (String(data).includes('100 Continue')) socket.write(body); });
        socket.write(head(`Content-Length: ${body.length}`, 'Expect: 100-continue', 'Connection: close'));
      });
      expect(statuses(text)).toEqual([100, 201]);
    });

    test('a client that leaves in the middle of its body harms nobody', async () => {
      await talk(host.port, (socket) => { socket.write(`${head('Content-Length: 1000')}{"id"`); setTimeout(() => socket.resetAndDestroy(), 20); });
      await wait(20);
    });

    test('an accident tells the client nothing', async () => {
      const { text } = await talk(host.port, get('/api/v1/crash'));
      expect([statuses(text), codeOf(text)]).toEqual([[500], 'INTERNAL_ERROR']);
      expect(text).not.toMatch(/hunter2|postgres|Error:|\.[jt]s/);
      expect(text).not.toContain(secret);
    });
  });

  test.each([
    ['declared', `${head(`Content-Length: ${10_000_000}`)}`, Buffer.alloc(10_000_000, 'a')],
    ['in chunks', head('Transfer-Encoding: chunked'), Buffer.concat([...Array.from({ length: 100 }, () => Buffer.from(`186a0\r\n${'a'.repeat(100_000)}\r\n`)), Buffer.from('0\r\n\r\n')])],
  ])('a client that sends 10 MB, %s, is told 413 and not cut off', async (_how, start, body) => {
    let failed: Error | undefined;
    const { text, closed } = await talk(host.port, (socket) => { socket.on('error', (error) => { failed = error; }); socket.write(start); socket.write(body); });
    expect([statuses(text), codeOf(text), closed, failed, text]).toEqual([[413], 'PAYLOAD_TOO_LARGE', true, undefined, expect.stringMatching(/^Connection: close\r$/m)]);
  });
});

describe.each([nodeHost, expressHost])('slow clients on $name', (hostUnderTest) => {
  const host = serving(() => hostUnderTest.start(parts().dispatcher, { headersTimeout: { milliseconds: 300 }, requestTimeout: { milliseconds: 500 } }));

  const inTime = (conversation: Conversation, milliseconds: number): void => {
    expect(conversation.closed).toBe(true);
    expect(conversation.milliseconds).toBeGreaterThan(milliseconds - 50);
    expect(conversation.milliseconds).toBeLessThan(milliseconds + 5_000); // the default time-outs are far longer
  };

  test('half a body that never goes on is 408', async () => {
    const conversation = await talk(host.port, `${head('Content-Length: 100')}{"id":`);
    expectAnswer(conversation, 408, 'BODY_TIMEOUT');
    expect(conversation.text).toMatch(/^X-Request-Id: /m); // it had become a request, so it is answered like one
    inTime(conversation, 500);
  });

  test('a body that drips is 408 too', async () => {
    let timer: NodeJS.Timeout;
    const conversation = await talk(host.port, (socket) => { socket.write(head('Content-Length: 1000')); timer = setInterval(() => socket.write(' '), 30); });
    clearInterval(timer!);
    expectAnswer(conversation, 408, 'BODY_TIMEOUT');
    inTime(conversation, 500);
  });

  test('an upload that stops is 408', async () => {
    const conversation = await talk(host.port, 'POST /api/v1/upload HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 100\r\n\r\nabc');
    expectAnswer(conversation, 408, 'BODY_TIMEOUT');
  });

  test('half the headers are 408', async () => {
    const conversation = await talk(host.port, 'GET /api/v1/ping HTTP/1.1\r\nHost: x\r\n');
    expectAnswer(conversation, 408, 'REQUEST_TIMEOUT');
    inTime(conversation, 300);
  });

  test('headers that drip are 408 too', async () => {
    let timer: NodeJS.Timeout;
    const conversation = await talk(host.port, (socket) => { socket.write('GET / HTTP/1.1\r\n'); timer = setInterval(() => socket.write('X: y\r\n'), 30); });
    clearInterval(timer!);
    expectAnswer(conversation, 408, 'REQUEST_TIMEOUT');
    inTime(conversation, 300);
  });

  test('a connection that says nothing is closed', async () => {
    inTime(await talk(host.port, ''), 300);
  });
});

test('on node, a refused body is never asked for', async () => {
  const host = await nodeHost.start(parts().dispatcher);
  for (const [path, length, status] of [['/api/v2/parts', 10_000_000, 413], ['/api/v1/nothing', 10, 404]] as const) {
    const { text, closed } = await talk(host.port, `POST ${path} HTTP/1.1\r\nHost: x\r\n${json}Content-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`);
    expect([statuses(text), closed]).toEqual([[status], true]);
  }
  await host.close();
});

test('10,000 query parameters are refused without delay where headers may be that long', async () => {
  const host = await nodeHost.start(parts().dispatcher, { maxHeaderSize: 200_000 });
  const query = Array.from({ length: 10_000 }, (_, i) => `k${i}=1`).join('&');
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const { text, milliseconds } = await talk(host.port, get(`/api/v1/search?${query}`));
    expect([statuses(text), codeOf(text)]).toEqual([[400], 'VALIDATION_FAILED']);
    times.push(milliseconds);
  }
  expect(Math.min(...times)).toBeLessThan(1_000);
  await host.close();
});

describe('behind Express\'s own parsers', () => {
  let host: Running;
  beforeAll(async () => { host = await busyExpressHost.start(parts().dispatcher); });
  afterAll(() => host.close());

  test.each<Case>([
    ['a body that nests deeper than is allowed', post(deep(1_000)), 400, 'VALIDATION_FAILED'],
    ['a __proto__ key', part('"size":1,"__proto__":{"polluted":true}'), 400, 'VALIDATION_FAILED'],
    ['a __proto__ key within an open record', part('"size":1,"notes":{"__proto__":"x"}'), 400, 'VALIDATION_FAILED'],
    ['constructor.prototype', part('"size":1,"constructor":{"prototype":{"polluted":true}}'), 400, 'VALIDATION_FAILED'],
    ['a form', post('id=a', 'Content-Type: application/x-www-form-urlencoded\r\n'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ])('%s is refused all the same', async (_what, bytes, status, code) => {
    const { text } = await talk(host.port, bytes);
    expect([statuses(text), codeOf(text)]).toEqual([[status], code]);
    expect(({} as any).polluted).toBeUndefined();
  });
});
