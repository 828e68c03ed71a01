/** What is used of `fetch`. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

export interface FetchInit {
  readonly method: 'GET';
  readonly headers: Headers;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

/**
 * Wraps a `fetch` for documents that an issuer publishes: it ends when `signal` does, whatever it is doing, follows no
 * redirect, and reads no more than `maxBytes`, however long the body claims to be.
 */
export function boundedFetch(fetch: Fetch, maxBytes: number): Fetch {
  const read = async (url: string, init: FetchInit): Promise<Response> => {
    const response = await fetch(url, init);
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${url} answered with status ${response.status}.`);
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    // Leaving the loop cancels the body.
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) throw new Error(`${url} answered with more than ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
    return new Response(Buffer.concat(chunks));
  };

  return async (url, init) => {
    let stop!: () => void;
    const ended = new Promise<never>((_, reject) => {
      stop = () => reject(init.signal.reason);
      if (init.signal.aborted) stop();
      init.signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([read(url, init), ended]);
    } finally {
      init.signal.removeEventListener('abort', stop);
    }
  };
}
