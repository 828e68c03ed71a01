import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { ValidationFailed, type Fault } from './errors.js';

/** One part as it arrived; a file where it has a file name or no text type. */
export type Part =
  | { readonly kind: 'field'; readonly name: string; readonly value: string; readonly truncated: boolean }
  | { readonly kind: 'file'; readonly name: string; readonly filename: string; readonly type: string; readonly bytes: Uint8Array; readonly truncated: boolean };

export interface PartLimits {
  readonly parts: number;
  /** Bytes of one field. */
  readonly fieldSize: number;
  /** Bytes of one file. */
  readonly fileSize: number;
}

const malformed = (message: string): InstanceType<typeof ValidationFailed> =>
  new ValidationFailed({ faults: [{ path: '', message, in: 'body' } satisfies Fault] });

/**
 * Takes a multipart body apart (RFC 7578).
 * @throws VALIDATION_FAILED for a body that is not well-formed, and for one with too many parts
 */
export function parseParts(contentType: string, body: Uint8Array, limits: PartLimits): Promise<Part[]> {
  return new Promise((resolve, reject) => {
    const parts: (Part | undefined)[] = [];
    const parser = makeParser(contentType, limits);
    const broken = (): void => reject(malformed('is not well-formed multipart/form-data'));

    parser.on('field', (name: string | undefined, value, _nameTruncated, truncated) => {
      if (name === undefined) return broken();
      parts.push({ kind: 'field', name, value, truncated });
    });
    parser.on('file', (name: string | undefined, stream, filename: string | undefined, _encoding, type) => {
      const place = parts.push(undefined) - 1;
      collect(stream, (bytes) => {
        if (name === undefined) return broken();
        parts[place] = { kind: 'file', name, filename: safeName(filename), type, bytes, truncated: stream.truncated };
      });
    });
    parser.on('partsLimit', () => reject(malformed(`has more than ${limits.parts} parts`)));
    parser.on('error', broken);
    parser.on('finish', () => resolve(parts.filter((part) => part !== undefined)));
    parser.end(body);
  });
}

function makeParser(contentType: string, { parts, fieldSize, fileSize }: PartLimits): InstanceType<typeof Busboy> {
  try {
    // 8 KiB hold any honest part's headers, the longest file name included.
    return new Busboy({ headers: { 'content-type': contentType }, limits: { parts, fieldSize, fileSize, headerPairs: 32, headerSize: 8_192 } });
  } catch {
    throw malformed('has a Content-Type without a boundary');
  }
}

function collect(stream: BusboyFileStream, done: (bytes: Uint8Array) => void): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => { chunks.push(chunk); });
  stream.on('end', () => done(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  stream.on('error', () => {}); // the parser says the same
}

// Control characters, and those that turn the direction of text around: "exe.gnp" must not look like "png.exe".
// eslint-disable-next-line no-control-regex
const hidden = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The last step of a client's file name, harmless to show; still no name to store under. */
function safeName(name: string | undefined): string {
  const bare = (name ?? '').replace(hidden, '').split(/[/\\]/).at(-1)!.trim().slice(-255);
  return /^\.*$/.test(bare) ? 'unnamed' : bare;
}
