import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { releaseStream } from '../body-stream.js';
import { InternalError } from '../errors.js';
import type { Answer } from '../http-request.js';
import { bareAnswer } from './bare-answer.js';
import { hasFailed } from './node-request.js';

/** Sends an answer. Where Node refuses it (a header with a line break), an internal error takes its place. */
export function sendAnswer(message: IncomingMessage, response: ServerResponse, answer: Answer, writeHead: WriteHead = writeHeadAtOnce): void {
  const { body } = answer;
  const streamed = isStream(body);
  try {
    if (response.headersSent || response.destroyed) {
      if (streamed) releaseStream(body);
      return;
    }
    writeHead(response, answer);
  } catch {
    if (streamed) releaseStream(body);
    const { status, headers, body: text } = bareAnswer(new InternalError(), 500);
    response.writeHead(status, headers).end(text);
    return;
  }
  if (message.method === 'HEAD') {
    if (streamed) releaseStream(body);
    response.end();
  } else if (streamed) {
    // A client that leaves half-way is no error of ours; pipeline has destroyed both ends.
    pipeline(body instanceof Readable ? body : Readable.from(body), response).catch(() => {});
  } else if (!message.complete && isArriving(message)) endAfterRequest(message, response, body);
  else response.end(body);
}

/** Tells a stream from a body that is known as a whole. */
export const isStream = (body: Answer['body']): body is AsyncIterable<Uint8Array | string> =>
  body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);

export type WriteHead = (response: ServerResponse, answer: Answer) => void;

const writeHeadAtOnce: WriteHead = (response, { status, headers }) => { response.writeHead(status, headers); };

/** Tells whether more of a body will come. A client that waits for `100 Continue` sends nothing after a final answer. */
function isArriving(message: IncomingMessage): boolean {
  const { headers, readableDidRead } = message;
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  return hasBody && (headers.expect === undefined || readableDidRead) && !hasFailed(message);
}

const lingerMilliseconds = 2_000;

/**
 * Sends the whole answer now, but ends it only when the rest of the request was read off, or when nothing more of it has come for
 * a while (the server's request time-out bounds the whole). A connection that is closed with bytes unread is reset, and the client
 * may never see the answer (RFC 9112 section 9.6).
 */
function endAfterRequest(message: IncomingMessage, response: ServerResponse, body: string | Uint8Array | undefined): void {
  if (body === undefined) response.flushHeaders();
  else response.write(body);
  const end = (): void => { clearTimeout(timer); response.end(); };
  const timer = setTimeout(end, lingerMilliseconds).unref();
  message.once('close', end).on('error', () => {}).on('data', () => timer.refresh()).resume();
}
