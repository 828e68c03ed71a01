import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, createServer, request, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finished } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import express from 'express';
import { bindEmitter, currentContext, extendContext, runInContext } from './context.js';

const sockets = 3;
const requests = 50;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds));

/** Notes which request's context is seen at each step of reading a body. */
type Note = (step: string) => void;
type Read = (req: IncomingMessage, res: ServerResponse, note: Note) => void | Promise<void>;

/** Handles each request in its own context, bound or not, and answers with the steps that saw another one. */
const handler = (read: Read, bind: typeof bindEmitter): RequestListener => (req, res) => {
  const requestId = req.headers['x-request-id'] as string;
  const strays: string[] = [];
  let steps = 0;
  const check = (step: string, seen: string | undefined): void => {
    steps += 1;
    if (seen !== requestId) strays.push(`${step}: ${seen}`);
  };
  runInContext({ requestId }, async () => {
    bind(req);
    bind(res);
    // As an authenticator would: listeners below belong to the inner context.
    await extendContext({ tenant: requestId }, () => read(req, res, (step) => check(step, currentContext()?.tenant)));
    check('after reading', currentContext()?.requestId);
    res.end(JSON.stringify({ steps, strays }));
  });
};

interface Answer { readonly steps: number; readonly strays: readonly string[] }

const serve = async <R>(listener: RequestListener, task: (server: Server) => Promise<R>): Promise<R> => {
  const server = createServer(listener).setMaxListeners(0).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    return await task(server);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};

/** Sends the second half of a body only after the server has the first, so that requests interleave and `data` comes in a turn of its own. */
const send = (server: Server, agent: Agent, requestId: string, type: string, body: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const half = Math.floor(body.length / 2);
    const req = request({ host: '127.0.0.1', port, agent, method: 'POST', headers: { 'x-request-id': requestId, 'content-type': type, 'content-length': body.length } }, async (res) => {
      try {
        resolve(JSON.parse(Buffer.concat(await res.toArray()).toString()) as Answer);
      } catch (error) {
        reject(error as Error);
      }
    });
    req.on('error', reject);
    req.write(body.slice(0, half));
    const onRequest = ({ headers }: IncomingMessage): void => {
      if (headers['x-request-id'] !== requestId) return;
      server.off('request', onRequest);
      setTimeout(() => req.end(body.slice(half)), 1 + Math.random() * 4);
    };
    server.on('request', onRequest);
  });

const sendMany = (listener: RequestListener, type: string, body: string): Promise<Answer[]> =>
  serve(listener, async (server) => {
    let connections = 0;
    server.on('connection', () => { connections += 1; });
    const agent = new Agent({ keepAlive: true, maxSockets: sockets });
    const answers = await Promise.all(Array.from({ length: requests }, (_, i) => send(server, agent, `r${i}`, type, body)));
    agent.destroy();
    expect(connections).toBe(sockets); // so most requests came on a connection that had served others
    return answers;
  });

const json = JSON.stringify({ text: 'x'.repeat(5_000) });
const multipart = [
  '--b', 'content-disposition: form-data; name="title"', '', 'report',
  '--b', 'content-disposition: form-data; name="file"; filename="a.txt"', 'content-type: text/plain', '', 'y'.repeat(5_000),
  '--b--', '',
].join('\r\n');

const readByEvents: Read = (req, _res, note) => new Promise((resolve) => {
  req.on('data', () => note('data'));
  req.once('end', () => { note('end'); resolve(); });
});

const readByIteration: Read = async (req, _res, note) => {
  for await (const _ of req) note('chunk');
};

const readByBusboy: Read = async (req, _res, note) => {
  const busboy = new Busboy({ headers: req.headers as { 'content-type': string } });
  busboy.on('field', () => note('field'));
  busboy.on('file', (_name, file) => {
    note('file');
    file.on('data', () => note('file data'));
    file.on('end', () => note('file end'));
  });
  busboy.on('finish', () => note('finish'));
  req.pipe(busboy);
  await finished(busboy);
};

const parseJson = express.json();
const readByExpressJson: Read = (req, res, note) => new Promise((resolve, reject) => {
  parseJson(req as express.Request, res as express.Response, (error?: unknown) => {
    note('next');
    if (error) reject(error as Error);
    else resolve();
  });
});

/** A whole application, whose middleware calls `next` inside of the context. */
const expressApp: RequestListener = (() => {
  const app = express();
  app.use((req, res, next) => {
    runInContext({ requestId: req.get('x-request-id')! }, () => {
      bindEmitter(req);
      bindEmitter(res);
      next();
    });
  });
  app.use(express.json());
  app.post('/', async (req, res) => {
    const expected = req.get('x-request-id');
    const seen = [currentContext()?.requestId];
    await pause(1);
    seen.push(currentContext()?.requestId);
    res.json({ steps: seen.length, strays: (req.body as { text: string }).text.length === 5_000 ? seen.filter((id) => id !== expected) : ['no body'] });
  });
  return app;
})();

describe('each of many requests on few connections sees only its own context', () => {
  it.each<[string, Read, string, string, number]>([
    ["req.on('data')", readByEvents, 'application/json', json, 3],
    ['for await', readByIteration, 'application/json', json, 2],
    ['express.json()', readByExpressJson, 'application/json', json, 2],
    ['busboy', readByBusboy, 'multipart/form-data; boundary=b', multipart, 5],
  ])('when its body is read by %s', async (_name, read, type, body, minimum) => {
    const answers = await sendMany(handler(read, bindEmitter), type, body);
    expect(answers.flatMap(({ strays }) => strays)).toEqual([]);
    for (const { steps } of answers) expect(steps).toBeGreaterThanOrEqual(minimum);
  });

  it('when it goes through an Express application', async () => {
    const answers = await sendMany(expressApp, 'application/json', json);
    expect(answers).toEqual(Array(requests).fill({ steps: 2, strays: [] }));
  });

  it('which is lost without bindEmitter', async () => {
    const answers = await sendMany(handler(readByEvents, (emitter) => emitter), 'application/json', json);
    expect(answers.flatMap(({ strays }) => strays)).toContain('data: undefined');
  });
});

describe('on a bound request', () => {
  it('setTimeout calls back in its context', async () => {
    const seen: unknown[] = [];
    await serve((req) => {
      runInContext({ requestId: 'r1' }, () => {
        bindEmitter(req).setTimeout(20, () => {
          seen.push(currentContext()?.requestId);
          req.destroy();
        });
      });
    }, async (server) => {
      const { port } = server.address() as AddressInfo;
      const req = request({ host: '127.0.0.1', port, method: 'POST', headers: { 'content-length': 10 } });
      const failed = new Promise((resolve) => req.on('error', resolve));
      req.write('abc'); // and never the rest
      await failed;
    });
    expect(seen).toEqual(['r1']);
  });

  it('listeners also keep what others store, such as a span', async () => {
    const span = new AsyncLocalStorage<string>();
    const answer = await serve((req, res) => {
      span.run('span 1', () => {
        bindEmitter(req).resume().on('end', () => res.end(JSON.stringify({ steps: 1, strays: [span.getStore()] })));
      });
    }, (server) => send(server, new Agent(), 'r1', 'text/plain', 'abc'));
    expect(answer.strays).toEqual(['span 1']);
  });
});
