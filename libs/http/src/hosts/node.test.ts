import { once } from 'node:events';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import { until } from '../../../../tools/services/until.js';
import { parts } from '../../test/hosts/parts.js';
import { statuses, talk } from '../../test/hosts/raw.js';
import { expressServer } from './express.js';
import { ListenFailed, nodeServer, type NodeServer, type NodeServerOptions } from './node.js';

const make: Record<string, (options?: NodeServerOptions) => NodeServer> = {
  node: (options) => nodeServer(parts().dispatcher, options),
  Express: (options) => expressServer(parts().dispatcher, options),
};

const request = (port: number, path: string, agent: Agent): Promise<{ status: number; connection: string | undefined; text: string; socket: unknown }> =>
  new Promise((resolve, reject) => {
    httpGet({ port, path, agent, host: '127.0.0.1' }, (response: IncomingMessage) => {
      let text = '';
      const { socket } = response;
      response.on('data', (data) => { text += String(data); }).on('error', reject)
        .on('end', () => resolve({ status: response.statusCode!, connection: response.headers.connection, text, socket }));
    }).on('error', reject);
  });

/** Resolves when this server has got so many requests from now on. */
const arrived = ({ server }: Pick<NodeServer, 'server'>, count: number): Promise<void> => new Promise((resolve) => {
  let seen = 0;
  server.on('request', () => { if (++seen === count) resolve(); });
});

describe.each(Object.keys(make))('a server on %s', (name) => {
  const start = async (options?: NodeServerOptions) => {
    const server = make[name]!(options);
    const agent = new Agent({ keepAlive: true });
    return { server, agent, ...(await server.listen()) };
  };

  test('says where it listens', async () => {
    const { server, host, port, url } = await start();
    expect([host, url]).toEqual(['127.0.0.1', `http://127.0.0.1:${port}`]);
    expect((await fetch(`${url}/api/v1/ping`)).status).toBe(200);
    await server.close();
  });

  test.each([['0.0.0.0', 'localhost'], ['::1', '[::1]'], ['localhost', 'localhost']])('the url of %s can be opened', async (host, name) => {
    await using server = make['node']!();
    const { url, port } = await server.listen({ host });
    expect(url).toBe(`http://${name}:${port}`);
  });

  test('a port that is taken is a clear error', async () => {
    await using first = make[name]!();
    const { port } = await first.listen();
    const second = make[name]!();
    const error = await second.listen({ port }).catch((thrown: unknown) => thrown);
    expect(ListenFailed.is(error) && error.details).toEqual({ host: '127.0.0.1', port, reason: 'EADDRINUSE' });
    expect((error as Error).message).toBe(`Cannot listen on 127.0.0.1:${port}: something else listens there already (EADDRINUSE).`);
    expect(await second.close()).toEqual({ destroyed: 0 });
    const impossible = make[name]!().listen({ port: 70_000 });
    await expect(impossible).rejects.toMatchObject({ code: 'LISTEN_FAILED', details: { port: 70_000, reason: 'ERR_SOCKET_BAD_PORT' } });
  });

  test('after a failed attempt it can listen elsewhere', async () => {
    await using first = make[name]!();
    await using second = make[name]!();
    const { port } = await first.listen();
    await expect(second.listen({ port })).rejects.toThrow('already');
    expect((await fetch(`${(await second.listen()).url}/api/v1/ping`)).status).toBe(200);
  });

  describe('when it is closed', () => {
    test('requests in flight are answered, and told that the connection ends', async () => {
      const { server, agent, port } = await start();
      const there = arrived(server, 5);
      const inFlight = Array.from({ length: 5 }, () => request(port, '/api/v1/slow?ms=150', agent));
      await there;
      const begun = performance.now();
      expect(await server.close({ idleGrace: { seconds: 20 }, deadline: { seconds: 30 } })).toEqual({ destroyed: 0 });
      const answers = await Promise.all(inFlight);
      expect(answers.map(({ status, connection }) => [status, connection])).toEqual(answers.map(() => [200, 'close']));
      expect(performance.now() - begun).toBeLessThan(10_000); // not even the grace of idle connections is waited for
    });

    test('new connections are refused', async () => {
      const { server, agent, port } = await start();
      const there = arrived(server, 1);
      const inFlight = request(port, '/api/v1/slow?ms=100', agent);
      await there;
      const closed = server.close();
      await wait(20);
      await expect(fetch(`http://127.0.0.1:${port}/api/v1/ping`)).rejects.toThrow();
      expect((await inFlight).status).toBe(200);
      await closed;
    });

    test('clients that have connected and were not accepted yet are answered', async () => {
      const { server, port } = await start();
      const agents = Array.from({ length: 20 }, () => new Agent());
      const answers = Promise.all(agents.map((agent) => request(port, '/api/v1/ping', agent).then(({ status }) => status, (error: NodeJS.ErrnoException) => error.code)));
      const busy = performance.now() + 30;
      await new Promise(process.nextTick); // the sockets are on their way
      while (performance.now() < busy);
      await server.close();
      expect(await answers).toEqual(agents.map(() => 200));
    });

    test('a large answer on its way to a slow reader is not cut', async () => {
      const { server, port } = await start();
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/blob`);
      const closed = server.close({ idleGrace: { milliseconds: 0 } });
      await wait(100);
      expect((await answer.arrayBuffer()).byteLength).toBe(20_000_000);
      expect(await closed).toEqual({ destroyed: 0 });
    });

    test('a stream in flight is sent to its end', async () => {
      const { server, port } = await start();
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/download?chunks=200`);
      const closed = server.close();
      await wait(50);
      expect((await answer.arrayBuffer()).byteLength).toBe(200 * 64 * 1024);
      expect(await closed).toEqual({ destroyed: 0 });
    });

    test('an idle connection may send one more request, and is closed', async () => {
      const { server, agent, port } = await start();
      const first = await request(port, '/api/v1/ping', agent);
      expect(first.connection).toBe('keep-alive');
      const closed = server.close({ idleGrace: { seconds: 9 } });
      await wait(60);
      const second = await request(port, '/api/v1/ping', agent);
      expect([second.status, second.connection, second.socket === first.socket]).toEqual([200, 'close', true]);
      expect(await closed).toEqual({ destroyed: 0 });
    });

    test('connections that stay idle, or never said a word, do not hold it up', async () => {
      const { server, agent, port } = await start();
      await request(port, '/api/v1/ping', agent);
      const silent = connect(port, '127.0.0.1');
      await wait(30);
      const begun = performance.now();
      expect(await server.close({ idleGrace: { milliseconds: 60 } })).toEqual({ destroyed: 0 });
      expect(performance.now() - begun).toBeGreaterThan(55);
      expect(performance.now() - begun).toBeLessThan(9_000); // the deadline is at ten seconds
      silent.destroy();
      agent.destroy();
    });

    test('a load of keep-alive clients loses no request', async () => {
      const { server, port, agent } = await start();
      let ended = false;
      const outcomes: string[] = [];
      const client = async (): Promise<void> => {
        while (!ended) {
          const { status, connection } = await request(port, '/api/v1/slow?ms=2', agent).catch((error: NodeJS.ErrnoException) => ({ status: error.code!, connection: 'close' }));
          outcomes.push(String(status));
          if (connection === 'close') return; // a client that was told goes to another server
        }
      };
      const clients = Array.from({ length: 20 }, client);
      await until('they have sent a hundred requests', () => outcomes.length > 100);
      const report = await server.close();
      ended = true;
      await Promise.all(clients);
      expect([new Set(outcomes), report]).toEqual([new Set(['200']), { destroyed: 0 }]);
    });

    test('what is not done by the deadline is destroyed and counted', async () => {
      const { server, agent, port } = await start();
      const there = arrived(server, 2);
      const stuck = [request(port, '/api/v1/slow?ms=3000', agent), request(port, '/api/v1/patient', agent)].map((each) => each.catch((error: NodeJS.ErrnoException) => error.code));
      await there;
      const begun = performance.now();
      expect(await server.close({ deadline: { milliseconds: 100 } })).toEqual({ destroyed: 2 });
      expect(performance.now() - begun).toBeLessThan(2_900);
      expect(await Promise.all(stuck)).toEqual(['ECONNRESET', 'ECONNRESET']);
    });

    test('a second call waits for the first', async () => {
      const { server } = await start();
      expect(server.close()).toBe(server.close({ deadline: { seconds: 1 } }));
      await server.close();
    });

    test('its disposal closes it with the options it was made with', async () => {
      const { server, agent, port } = await start({ close: { deadline: { milliseconds: 50 } } });
      const there = arrived(server, 1);
      const stuck = request(port, '/api/v1/slow?ms=3000', agent).catch((error: NodeJS.ErrnoException) => error.code);
      await there;
      await server[Symbol.asyncDispose]();
      expect(await stuck).toBe('ECONNRESET');
      expect(server.server.listening).toBe(false);
    });
  });

  test('a connection is closed after its share of requests', async () => {
    const { server, agent, port } = await start({ maxRequestsPerConnection: 2 });
    const connections = [];
    for (let i = 0; i < 3; i++) connections.push((await request(port, '/api/v1/ping', agent)).connection);
    expect(connections).toEqual(['keep-alive', 'close', 'keep-alive']);
    await server.close();
  });

  test('a connection is closed when it was idle for too long', async () => {
    const { server, port } = await start({ keepAliveTimeout: { milliseconds: 100 } });
    const { text, closed, milliseconds } = await talk(port, 'GET /api/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n');
    expect([statuses(text), closed]).toEqual([[200], true]);
    expect(milliseconds).toBeGreaterThan(100);
    await server.close();
  });

  test('connections beyond the maximum are closed', async () => {
    const { server, port } = await start({ maxConnections: 1 });
    const accepted = once(server.server, 'connection');
    const first = connect(port, '127.0.0.1');
    await accepted;
    expect(await talk(port, 'GET /api/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n')).toMatchObject({ text: '', closed: true });
    first.destroy();
    await server.close();
  });

  test('a download that nobody reads ends when nothing has moved for long enough', async () => {
    const { dispatcher, seen } = parts();
    const server = name === 'node' ? nodeServer(dispatcher, { inactivityTimeout: { milliseconds: 150 } }) : expressServer(dispatcher, { inactivityTimeout: { milliseconds: 150 } });
    const { port } = await server.listen();
    const socket = connect(port, '127.0.0.1', () => { socket.write('GET /api/v1/download?chunks=100000 HTTP/1.1\r\nHost: x\r\n\r\n'); socket.pause(); });
    socket.on('error', () => {});
    await until('its handler is told', () => seen.left.length > 0);
    expect(seen.left).toEqual(['download']);
    socket.destroy();
    await server.close();
  });
});

describe('with a fallback', () => {
  const app = express();
  app.use((_request, response, next) => { response.setHeader('X-From-App', 'yes'); next(); });
  app.post('/own', express.json(), (incoming, response) => { response.json({ got: incoming.body as unknown }); });
  app.get('/api/v7/own', (_request, response) => { response.send('mine'); });

  test('it takes what is not the dispatcher\'s, with the body unread', async () => {
    await using server = nodeServer(parts().dispatcher, { fallback: app });
    const { url, port } = await server.listen();
    const own = await fetch(`${url}/own`, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } });
    expect([await own.json(), own.headers.get('x-from-app')]).toEqual([{ got: { a: 1 } }, 'yes']);
    expect(await (await fetch(`${url}/api/v7/own`)).text()).toBe('mine');
    const asking = await talk(port, 'POST /own HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}');
    expect(statuses(asking.text)).toEqual([100, 200]);
  });

  test('its middleware does not run in front of contract routes, whose refusals are not passed on either', async () => {
    await using server = nodeServer(parts().dispatcher, { fallback: app });
    const { url } = await server.listen();
    for (const [path, method, status] of [['/api/v1/ping', 'GET', 200], ['/api/v1/ping', 'POST', 405], ['/api/v1/parts/missing', 'GET', 404]] as const) {
      const answer = await fetch(url + path, { method });
      await answer.text();
      expect([answer.status, answer.headers.get('x-from-app')]).toEqual([status, null]);
    }
  });

  test('its requests in flight are finished at close', async () => {
    const slow = express().get('/slow', (_request, response) => { setTimeout(() => response.send('done'), 100); });
    const server = nodeServer(parts().dispatcher, { fallback: slow });
    const { port } = await server.listen();
    const there = arrived(server, 1);
    const answer = request(port, '/slow', new Agent({ keepAlive: true }));
    await there;
    expect(await server.close()).toEqual({ destroyed: 0 });
    expect(await answer).toMatchObject({ status: 200, connection: 'close', text: 'done' });
  });
});
