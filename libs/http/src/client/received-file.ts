/** A file or stream that a route returns. Read it or cancel its stream: until then it holds a connection. */
export interface ReceivedFile {
  /** Content type, without parameters and in lower case. */
  readonly type: string;
  /** The name to save it under, without a path; `undefined` where it is to be shown. */
  readonly filename: string | undefined;
  /** In bytes, where the server says so. */
  readonly length: number | undefined;
  /** Can be read once, by this or by one of the others. */
  readonly stream: ReadableStream<Uint8Array>;
  bytes(): Promise<Uint8Array>;
  /** As UTF-8. */
  text(): Promise<string>;
}

export function receivedFile(headers: Headers, stream: ReadableStream<Uint8Array>): ReceivedFile {
  const length = headers.get('content-length');
  // Decoded by fetch already, so the length on the wire is not the file's.
  const encoded = headers.has('content-encoding');
  const read = new Response(stream);
  return {
    type: headers.get('content-type')?.split(';', 1)[0]!.trim().toLowerCase() ?? 'application/octet-stream',
    filename: filenameOf(headers.get('content-disposition')),
    length: length === null || encoded ? undefined : Number(length),
    stream,
    bytes: async () => new Uint8Array(await read.arrayBuffer()),
    text: () => read.text(),
  };
}

/**
 * Reads the name from Content-Disposition (RFC 6266 section 4.3): the extended form wins, and a path is never taken over.
 */
export function filenameOf(header: string | null): string | undefined {
  if (header === null) return undefined;
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header)?.[1];
  const quoted = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(header)?.[1]?.replace(/\\(.)/g, '$1');
  const plain = quoted ?? /;\s*filename\s*=\s*([^";\s]+)/i.exec(header)?.[1];
  const name = (decoded(extended) ?? plain)?.split(/[/\\]/).at(-1);
  return name === undefined || name === '' || name === '.' || name === '..' ? undefined : name;
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
