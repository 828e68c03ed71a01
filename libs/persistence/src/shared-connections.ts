import { currentContext } from '@org/enterprise-kernel';
import type { ConnectionPool } from './connection-pool.js';
import type { Connection, Driver, Statement, StatementResult } from './driver.js';
import { eventLoopTurn } from './event-loop-turn.js';

interface Sharing {
  readonly connection: Connection;
  /** Whether all that runs on it is quick, so that it can be joined. */
  readonly quick: boolean;
  /** Statements without an answer. */
  running: number;
  /** Turn of the event loop of its first statement or latest answer, and how long the process had idled until then. */
  turn: number;
  idled: number;
}

const { nodeTiming } = performance;
// Milliseconds.
const usualAnswer = 1;

/**
 * Runs statements that are in no unit of work. Each has a connection of its own, but for lookups that are known to be
 * quick: those of one turn of the event loop, and of the next while they wait, go on one connection together, which costs
 * both sides half.
 * When all connections are in use, they join others of their kind. Nothing joins while somebody waits for a connection.
 */
export class SharedConnections {
  readonly #pool: ConnectionPool;
  readonly #most: number;
  readonly #sharing: Sharing[] = [];
  // What lookups gather on.
  #gathering: Sharing | undefined;

  constructor(pool: ConnectionPool, { pipeline = 1 }: Driver) {
    this.#pool = pool;
    this.#most = pipeline;
  }

  /** @throws DATABASE_BUSY, DATABASE_CLOSED, what connecting and the statement throw */
  async query(statement: Statement, params: unknown[]): Promise<StatementResult> {
    const turn = eventLoopTurn();
    const quick = this.#most > 1 && statement.pace?.quick === true;
    const sharing = (quick ? this.#join(turn) : undefined) ?? this.#share(this.#pool.tryAcquire() ?? await this.#pool.acquire(currentContext()?.signal), quick);
    try {
      return await sharing.connection.query(statement, params);
    } finally {
      this.#answered(sharing, statement);
    }
  }

  #share(connection: Connection, quick: boolean): Sharing {
    const sharing = { connection, quick, running: 1, turn: eventLoopTurn(), idled: nodeTiming.idleTime };
    if (quick) {
      this.#sharing.push(sharing);
      this.#gathering = sharing;
    }
    return sharing;
  }

  #join(turn: number): Sharing | undefined {
    if (this.#pool.waiting > 0 || this.#pool.closing) return undefined;
    const together = this.#gathering;
    let best = together && this.#isFresh(together, turn) && this.#takesMore(together) ? together : undefined;
    // One without an answer for some turns has met something slow.
    if (!best && this.#pool.full) for (const each of this.#sharing) if (turn - each.turn <= 2 && this.#takesMore(each, best?.running)) best = each;
    if (best) best.running++;
    return best;
  }

  /** Whether its answers are on their way: turns in which nobody asks are not counted, but this process idles in them. */
  #isFresh(sharing: Sharing, turn: number): boolean {
    return sharing.turn === turn || (sharing.turn === turn - 1 && nodeTiming.idleTime - sharing.idled < usualAnswer);
  }

  #takesMore({ running, connection }: Sharing, most = this.#most): boolean {
    return running > 0 && running < most && !connection.broken && !connection.worn;
  }

  #answered(sharing: Sharing, { pace }: Statement): void {
    const turn = eventLoopTurn();
    const idled = nodeTiming.idleTime;
    pace?.answered(idled - sharing.idled, turn - sharing.turn);
    sharing.turn = turn;
    sharing.idled = idled;
    if (--sharing.running > 0) return;
    if (sharing.quick) this.#sharing.splice(this.#sharing.indexOf(sharing), 1);
    if (this.#gathering === sharing) this.#gathering = undefined;
    this.#pool.release(sharing.connection);
  }
}
