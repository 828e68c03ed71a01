import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { createDispatcher, type CreateDispatcherOptions } from '../src/dispatcher.js';
import { nodeServer } from '../src/hosts/node.js';

export interface Received {
  readonly status: number;
  /** By lower-case name, repeated ones joined. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  readonly json: any;
}

export interface Served extends AsyncDisposable {
  readonly url: string;
  send(method: string, path: string, headers?: OutgoingHttpHeaders, body?: Uint8Array | string): Promise<Received>;
}

/** A dispatcher behind a real socket, for tests; headers arrive exactly as they were sent. */
export async function served(options: CreateDispatcherOptions): Promise<Served> {
  const server = nodeServer(createDispatcher(options));
  const { url } = await server.listen();
  return {
    url,
    send: (method, path, headers = {}, body) => send(method, url + path, headers, body),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() as Promise<void>,
  };
}

/** Sends one request and returns all of its answer. */
export const send = (method: string, url: string, headers: OutgoingHttpHeaders = {}, body?: Uint8Array | string): Promise<Received> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) }, agent: false });
    request.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', () => {
        const bytes = Buffer.concat(chunks);
        const received: Record<string, string> = {};
        for (const [name, values] of Object.entries(response.headersDistinct)) received[name] = values!.join(', ');
        resolve({ status: response.statusCode!, headers: received, bytes, text: bytes.toString(), get json() { return JSON.parse(bytes.toString()); } });
      });
    });
    request.end(body);
  });
