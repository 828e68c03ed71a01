import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Negotiator from 'negotiator';
import { overStream } from '../body-stream.js';
import type { Exchange } from '../exchange.js';
import type { Answer } from '../http-request.js';
import type { Middleware } from '../middleware.js';
import { codingOf, type CodingName, type ContentCoding } from './content-codings.js';

export interface CompressionOptions {
  /** Bytes from which on a body is compressed; streams always are. @default 1024 */
  readonly threshold?: number;
  /** What to offer, preferred first; what this Node.js does not have is left out. @default ['br', 'gzip'] */
  readonly encodings?: readonly CodingName[];
  /**
   * Leaves an answer as it is. An answer that repeats the caller's input beside a secret should be left: its compressed
   * length gives the secret away bit by bit (BREACH). @default none
   */
  readonly skip?: (exchange: Exchange, answer: Answer) => boolean;
}

const compressible = /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]+\+)?(?:json|xml|javascript|x-ndjson)\b|image\/svg\+xml\b)/i;
const remembered = 200;

type StreamedBody = AsyncIterable<Uint8Array | string>;

/**
 * Compresses answers as Accept-Encoding asks. Whole bodies are compressed on another thread, streams chunk by chunk.
 *
 * Left as they are: small bodies, types that are dense already, event streams, `no-transform`, parts of a file, and answers
 * with a strong ETag: it names exact bytes (RFC 9110, section 8.8.3.3), and making it weak would take away the If-Match
 * that it is there for. Weak tags stay.
 */
export function compression({ threshold = 1_024, encodings = ['br', 'gzip'], skip }: CompressionOptions = {}): Middleware {
  const available = encodings.filter((name) => codingOf(name));
  const choose = chooser(available);
  if (available.length === 0) return { name: 'compression' };

  return {
    name: 'compression',
    answer(exchange, answer) {
      const { body, headers } = answer;
      if (body === undefined || answer.status === 206) return undefined;
      const length = typeof body === 'string' ? Buffer.byteLength(body) : body instanceof Uint8Array ? body.length : Infinity;
      if (length < threshold || !isCompressible(headers) || skip?.(exchange, answer)) return undefined;
      headers.push('Vary', 'Accept-Encoding');
      const name = choose(exchange.header('accept-encoding'));
      if (name === undefined) return undefined;
      const coding = codingOf(name)!;
      if (exchange.request.method === 'HEAD') { // the fields of the GET, without its work (RFC 9110, section 9.3.2)
        encoded(headers, name, undefined);
        return undefined;
      }
      if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
        encoded(headers, name, undefined);
        answer.body = compressed(body, coding);
        return undefined;
      }
      return coding.all(body).then((bytes) => {
        if (bytes.length >= length) return;
        encoded(headers, name, bytes.length);
        answer.body = bytes;
      });
    },
  };
}

function isCompressible(headers: readonly string[]): boolean {
  let type = '';
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1]!;
    switch (headers[i]!.toLowerCase()) {
      case 'content-type': type = value; break;
      case 'content-encoding': case 'content-range': return false;
      case 'cache-control': if (/\bno-transform\b/i.test(value)) return false; break;
      case 'etag': if (!value.startsWith('W/')) return false;
    }
  }
  return compressible.test(type);
}

function encoded(headers: string[], name: string, length: number | undefined): void {
  headers.push('Content-Encoding', name);
  const at = headers.findIndex((header, i) => i % 2 === 0 && header.toLowerCase() === 'content-length');
  if (at !== -1 && length !== undefined) headers[at + 1] = String(length);
  else if (at !== -1) headers.splice(at, 2);
  else if (length !== undefined) headers.push('Content-Length', String(length));
}

const compressed = (source: StreamedBody, coding: ContentCoding): StreamedBody => overStream(source, encode(source, coding));

async function* encode(source: StreamedBody, coding: ContentCoding): AsyncGenerator<Uint8Array> {
  const encoder = coding.stream();
  // A failing source destroys the encoder with its error, which the loop then throws; one that is left is closed.
  pipeline(Readable.from(source), encoder).catch(() => {});
  yield* encoder as AsyncIterable<Uint8Array>;
}

/** Browsers send a handful of different headers; each is understood once. */
function chooser(available: readonly CodingName[]): (accept: string | undefined) => CodingName | undefined {
  const known = new Map<string, CodingName | undefined>();
  return (accept) => {
    if (accept === undefined || accept === '') return undefined;
    if (known.has(accept)) return known.get(accept);
    const name = negotiate(accept, available);
    if (known.size < remembered && accept.length < 200) known.set(accept, name);
    return name;
  };
}

function negotiate(accept: string, available: readonly CodingName[]): CodingName | undefined {
  // `preferred` decides between equal weights; the type declarations are older than it.
  const negotiator: { encodings(available: readonly string[], options: { preferred: readonly string[] }): string[] } =
    new Negotiator({ headers: { 'accept-encoding': accept } });
  const [best] = negotiator.encodings([...available, 'identity'], { preferred: available });
  return best === 'identity' ? undefined : best as CodingName | undefined;
}
