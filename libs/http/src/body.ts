import { isUtf8 } from 'node:buffer';
import sjson from 'secure-json-parse';
import type { Fault } from './errors.js';
import { PayloadTooLarge, UnsupportedMediaType, ValidationFailed } from './errors.js';
import type { HttpRequestBody } from './http-request.js';

export interface BodyLimits {
  /** Bytes. */
  readonly size: number;
  /** Objects and arrays inside each other. */
  readonly depth: number;
}

const fault = (message: string, path = ''): InstanceType<typeof ValidationFailed> =>
  new ValidationFailed({ faults: [{ path, message, in: 'body' } satisfies Fault] });

const forbiddenKey = () => fault('has a forbidden key (__proto__ or constructor.prototype)');

const json = /^application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i;

/** @throws UNSUPPORTED_MEDIA_TYPE unless the content type is JSON, in UTF-8 */
export function assertJsonType(contentType: string | undefined): void {
  if (contentType === 'application/json') return;
  const charset = contentType && /;\s*charset="?([^\s";]+)/i.exec(contentType)?.[1];
  if (contentType === undefined || !json.test(contentType) || (charset && !/^utf-?8$/i.test(charset))) {
    throw new UnsupportedMediaType({ supported: ['application/json'] });
  }
}

/** Reads all bytes, refusing as soon as it is known that there are too many. */
export async function readBytes(body: HttpRequestBody, contentLength: string | undefined, limit: number): Promise<Uint8Array> {
  if (contentLength !== undefined && Number(contentLength) > limit) throw new PayloadTooLarge({ limit });
  if (body.bytes) return body.bytes(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body.stream()) {
    size += chunk.length;
    if (size > limit) throw new PayloadTooLarge({ limit });
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}

/** Parses a JSON body; everything that is wrong with it is the client's fault. */
export function parseJson(bytes: Uint8Array, depth: number): unknown {
  if (bytes.length === 0) throw fault('is required');
  if (!isUtf8(bytes)) throw fault('is not valid UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  if (text.length > depth && isDeeperThan(text, depth)) throw fault(`is nested more than ${depth} levels deep`);
  try {
    return sjson.parse(text, undefined, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw /forbidden prototype/i.test((error as Error).message) ? forbiddenKey() : fault('is not valid JSON');
  }
}

/** Counts brackets outside of strings, before anything is built from them. */
export function isDeeperThan(text: string, depth: number): boolean {
  let level = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 0x22) {
      while (++i < text.length && text.charCodeAt(i) !== 0x22) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (char === 0x7b || char === 0x5b) {
      if (++level > depth) return true;
    } else if (char === 0x7d || char === 0x5d) level--;
  }
  return false;
}

/** Holds a body that the host's own parser has made to what {@link parseJson} would have refused. */
export function assertHarmless(value: unknown, depth: number): void {
  let layer = [value];
  for (let level = 0; layer.length > 0; level++) {
    layer = layer.filter((item) => typeof item === 'object' && item !== null);
    if (layer.length > 0 && level >= depth) throw fault(`is nested more than ${depth} levels deep`);
    layer = layer.flatMap((item) => Object.values(item as object));
  }
  if (typeof value !== 'object' || value === null) return;
  try {
    sjson.scan(value, { protoAction: 'error', constructorAction: 'error' });
  } catch {
    throw forbiddenKey();
  }
}
