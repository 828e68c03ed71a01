import { currentContext, type RequestContext } from '@org/enterprise-kernel';
import type { Database, Statement } from '@org/enterprise-persistence';

/** A statement as it went to the database. */
export interface Sent { readonly text: string; readonly params: readonly unknown[]; readonly prepared: boolean }

/**
 * Tells of every statement, and on whose behalf it was sent: events are delivered over the connection, too. Only for a
 * database with a single connection.
 */
export function listenTo(database: Database, note: (sent: Sent, context: RequestContext | undefined) => void): Promise<void> {
  return database.withConnection(async (connection) => {
    const { query, script, begin } = connection;
    const plain = (text: string): void => note({ text, params: [], prepared: false }, currentContext());
    Object.assign(connection, {
      query(statement: Statement, params: unknown[]) {
        note({ text: statement.text, params, prepared: statement.prepared }, currentContext());
        return query.call(connection, statement, params);
      },
      script(text: string) { plain(text); return script.call(connection, text); },
      begin(text: string) { plain(text); return begin.call(connection, text); },
    });
  });
}

/** A step of a plan, as `explain (format json)` tells it. */
export interface PlanNode { readonly 'Node Type': string; readonly 'Index Name'?: string; readonly 'Index Cond'?: string; readonly Filter?: string; readonly Plans?: readonly PlanNode[] }

export interface Plan {
  /** How often the server has run the statement so far. */
  readonly runs: number;
  /** How often it has made a plan for it: six times at most where it settles for one. */
  readonly planned: number;
  /** All steps, each before those that it is made of. */
  readonly nodes: readonly PlanNode[];
}

/** Asks the server how it would run a prepared statement once more. */
export function planOf(database: Database, { text, params }: Sent): Promise<Plan> {
  return database.withConnection(async (connection) => {
    const ask = async (question: string, values: unknown[] = []): Promise<any> =>
      (await connection.query({ text: question, prepared: false, rows: 'objects' }, values)).rows[0];
    const { name, runs, planned } = await ask('select name, (generic_plans + custom_plans)::int as runs, (custom_plans + least(generic_plans, 1))::int as planned from pg_prepared_statements where statement = $1', [text]);
    const literals = params.map((value) => `'${String(value instanceof Date ? value.toISOString() : value).replaceAll("'", "''")}'`);
    const answer = await ask(`explain (format json) execute "${name}"${literals.length > 0 ? ` (${literals.join(', ')})` : ''}`);
    return { runs, planned, nodes: flat(answer['QUERY PLAN'][0].Plan) };
  });
}

const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
