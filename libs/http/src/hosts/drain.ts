import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toMilliseconds, type Duration } from '@org/enterprise-kernel';
import { isUnfinished, type Connections } from './connections.js';

export interface CloseOptions {
  /** How long requests in flight, streams included, may take to finish; then their connections are destroyed. @default { seconds: 10 } */
  readonly deadline?: Duration;
  /**
   * How long an idle keep-alive connection may stay: a request that is already on its way to it is still answered, with
   * `Connection: close`. @default { milliseconds: 250 }
   */
  readonly idleGrace?: Duration;
}

export interface CloseReport {
  /** Connections that had to be destroyed with a request in flight, because the deadline had passed. */
  readonly destroyed: number;
}

const sweepMilliseconds = 20;
// A turn of a busy process takes ten milliseconds and more.
const longestAcceptance = 1_000;

/** Stops a server in order: no new connections, the last answer on each open one, then the end. */
export async function drain(server: Server, connections: Connections, { deadline = { seconds: 10 }, idleGrace = { milliseconds: 250 } }: CloseOptions): Promise<CloseReport> {
  const end = performance.now() + toMilliseconds(deadline);
  await acceptWaiting(server, end);
  // Not the HTTP server's own close: that cuts idle connections at once, under requests on their way, and stops timing slow ones.
  const stopped = new Promise<void>((resolve) => { NetServer.prototype.close.call(server, () => resolve()); });
  for (const response of connections.values()) if (response && !response.headersSent) response.shouldKeepAlive = false;

  await within(stopped, Math.min(toMilliseconds(idleGrace), end - performance.now()));
  const sweep = setInterval(() => closeIdle(connections), sweepMilliseconds);
  closeIdle(connections);
  await within(stopped, end - performance.now());
  clearInterval(sweep);

  const left = [...connections.keys()].filter((socket) => !socket.destroyed);
  for (const socket of left) socket.destroy();
  await stopped;
  // Nothing is left to close but the timer of slow requests. Listeners have been told already.
  server.removeAllListeners('close').close();
  return { destroyed: left.length };
}

/**
 * Accepts the connections that the system has already made: their clients would see a reset. Node accepts one in each turn of the
 * event loop, so a turn without any means that none is left.
 */
async function acceptWaiting(server: Server, end: number): Promise<void> {
  let accepted = true;
  const note = (): void => { accepted = true; };
  server.on('connection', note);
  const enough = Math.min(end, performance.now() + longestAcceptance);
  await nextTurn(); // from here on, each turn polls once
  while (server.listening && accepted && performance.now() < enough) {
    accepted = false;
    await nextTurn();
  }
  server.off('connection', note);
}

/**
 * Closes the connections that no answer is under way on. Node's own closeIdleConnections does not count one that has never sent
 * anything, as browsers open in advance, and counts one whose last answer is not flushed yet.
 */
function closeIdle(connections: Connections): void {
  for (const [socket, response] of connections) if (!isUnfinished(response)) socket.destroy();
}

/** Waits for `work`, but no longer than this. */
async function within(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => { timer = setTimeout(resolve, Math.max(0, milliseconds)); })]);
  clearTimeout(timer);
}
