import type { ServerResponse } from 'node:http';

/**
 * Holds back an answer until `settle` has agreed to it. Where it throws, `refuse` answers instead, from the headers there were
 * at the beginning, and what the handler sends is dropped. An answer of 400 and above tells a refusal already and passes.
 */
export function holdAnswer(response: ServerResponse, settle: () => void, refuse: (error: unknown) => void): void {
  const { writeHead, write, end } = response;
  const before = response.getHeaders();
  let refused = false;

  const release = (): void => { Object.assign(response, { writeHead, write, end }); };
  /** Runs once, when the first byte is about to go. */
  const decide = (status: number): void => {
    release();
    if (status >= 400) return;
    try {
      settle();
    } catch (error) {
      refused = true;
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      for (const [name, value] of Object.entries(before)) if (value !== undefined) response.setHeader(name, value);
      refuse(error);
      // The handler goes on without knowing, and a write after the end would be an error of the stream.
      if (response.writableEnded) Object.assign(response, { writeHead: () => response, write: () => true, end: () => response });
    }
  };
  const held = <A extends unknown[], R>(method: (...args: A) => R, statusOf: (args: A) => number, dropped: R) => (...args: A): R => {
    decide(statusOf(args));
    return refused ? dropped : method.apply(response, args);
  };
  response.writeHead = held(writeHead as (...args: unknown[]) => ServerResponse, ([status]) => status as number, response) as typeof writeHead;
  response.write = held(write as (...args: unknown[]) => boolean, () => response.statusCode, true) as typeof write;
  response.end = held(end as (...args: unknown[]) => ServerResponse, () => response.statusCode, response) as typeof end;
}
