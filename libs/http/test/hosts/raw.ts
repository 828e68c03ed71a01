import { connect, type Socket } from 'node:net';

/** Sends bytes as they are and returns all that comes back until the server closes, or `undefined` for time when it does not. */
export interface Conversation { readonly text: string; readonly closed: boolean; readonly milliseconds: number }

export interface TalkOptions {
  /** Stops listening once this has been seen. @default waits for the end of the connection */
  readonly until?: RegExp;
  /** Milliseconds. @default 20000 */
  readonly patience?: number;
}

/** Opens a connection of its own for bytes that no HTTP client would send. */
export function talk(port: number, bytes: string | Uint8Array | ((socket: Socket) => unknown), { until, patience = 20_000 }: TalkOptions = {}): Promise<Conversation> {
  return new Promise((resolve) => {
    const begun = performance.now();
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed, milliseconds: performance.now() - begun });
    };
    const timer = setTimeout(() => finish(false), patience);
    socket.on('connect', () => { if (typeof bytes === 'function') bytes(socket); else socket.write(bytes); });
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (until?.test(text)) finish(false);
    });
    socket.on('error', () => {});
    socket.on('close', () => finish(true));
  });
}

/** Status of every response in a conversation. */
export const statuses = (text: string): number[] => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));

/** The last response's code in the envelope. */
export const codeOf = (text: string): string | undefined => [...text.matchAll(/"code":"([A-Z_]+)"/g)].at(-1)?.[1];
