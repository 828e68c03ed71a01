import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { manualClock, noopLogger, type LogFields } from '@org/enterprise-kernel';
import { pwnedPasswords, type PwnedPasswordsOptions } from './compromised-passwords.js';

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase();

describe('Pwned Passwords', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => { requests.push(request); answer(request, response); });
  beforeAll(() => new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); }));
  afterAll(() => new Promise<void>((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }));
  beforeEach(() => { requests.length = 0; });

  const warned: { message: string; fields: LogFields | undefined }[] = [];
  beforeEach(() => { warned.length = 0; });
  const logger = { ...noopLogger, warn(message: string, fields?: LogFields) { warned.push({ message, fields }); } };
  const service = (options: PwnedPasswordsOptions = {}) => pwnedPasswords({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, logger, ...options });
  const knows = (...lines: string[]): void => { answer = (_, response) => { response.end(lines.join('\r\n')); }; };

  test('finds a password among those with the same five digits, of which alone it tells, and asks for padding', async () => {
    knows(`${'0'.repeat(35)}:7`, `${sha1('hunter2').slice(5)}:17043`, `${'F'.repeat(35)}:1`);
    expect([await service().isCompromised('hunter2'), await service().isCompromised('hunter3')]).toEqual([true, false]);
    expect(requests.map(({ method, url, headers }) => [method, url, headers['add-padding']])).toEqual([['GET', `/range/${sha1('hunter2').slice(0, 5)}`, 'true'], ['GET', `/range/${sha1('hunter3').slice(0, 5)}`, 'true']]);
    expect(warned).toEqual([]);
  });

  test('a padded line, found no times, is no hit, and rare ones need not be', async () => {
    knows(`${sha1('hunter2').slice(5)}:0`);
    expect(await service({ minCount: 0 }).isCompromised('hunter2')).toBe(false);
    knows(`${sha1('hunter2').slice(5)}:9`);
    expect([await service({ minCount: 10 }).isCompromised('hunter2'), await service({ minCount: 9 }).isCompromised('hunter2')]).toEqual([false, true]);
  });

  test.each([
    ['an error', (_: IncomingMessage, response: ServerResponse) => { response.writeHead(503).end('busy'); }],
    ['a redirection', (_: IncomingMessage, response: ServerResponse) => { response.writeHead(302, { location: '/elsewhere' }).end(); }],
    ['a broken connection', (request: IncomingMessage) => { request.socket.destroy(); }],
  ])('lets a password pass when it answers with %s, and logs that without the password', async (_, how) => {
    answer = how;
    expect(await service().isCompromised('hunter2')).toBe(false);
    expect(warned.map(({ message }) => message)).toEqual(['A password was not compared with those of known data breaches.']);
    expect(inspect(warned, { depth: 9 })).not.toMatch(new RegExp(`hunter2|${sha1('hunter2').slice(5)}`, 'i'));
  });

  test.each([
    ['does not begin to answer', () => {}],
    ['does not end its answer', (_: IncomingMessage, response: ServerResponse) => { response.write(`${'0'.repeat(35)}:7\r\n`); }],
  ])('lets a password pass when it %s in time', async (_, how) => {
    const clock = manualClock();
    const reached = new Promise<void>((resolve) => { answer = (request, response) => { how(request, response); resolve(); }; });
    const asked = service({ clock, timeout: { seconds: 3 } }).isCompromised('hunter2');
    await reached;
    await clock.advance({ seconds: 3 });
    expect(await asked).toBe(false);
    expect([warned.length, clock.pending]).toEqual([1, 0]);
  });
});
