/**
 * Makes statements on demand, one for each shape, and keeps the `max` last used: lists whose order and filters vary have
 * a text each, and PostgreSQL keeps every prepared text on every connection.
 */
export function statementCache<Shape extends string, S>(compile: (shape: Shape) => S, { max = 200 }: StatementCacheOptions = {}): (shape: Shape) => S {
  // A Map keeps the order of insertion: the first key is the one that was not used for longest.
  const statements = new Map<Shape, S>();
  return (shape) => {
    const known = statements.get(shape);
    const statement = known ?? compile(shape);
    if (known !== undefined) statements.delete(shape);
    else if (statements.size >= max) statements.delete(statements.keys().next().value as Shape);
    statements.set(shape, statement);
    return statement;
  };
}

export interface StatementCacheOptions {
  /** How many shapes are kept. @default 200 */
  readonly max?: number;
}
