/** `/orders/{id}` becomes a function of its parameters. */
export function compilePath(template: string, operation: string): (params: Readonly<Record<string, unknown>> | undefined) => string {
  const parts = template.split(/\{(\w+)\}/);
  return (params) => parts.map((part, i) => (i % 2 === 0 ? part : segment(params?.[part], `${operation}: params.${part}`))).join('');
}

/** @throws TypeError for what cannot stand alone in a path: the URL parser would take `..`, also encoded, for a step upwards */
function segment(value: unknown, subject: string): string {
  const text = wireText(value, subject);
  if (text === '' || text === '.' || text === '..') throw new TypeError(`${subject} cannot be "${text}" in a path.`);
  return encodeURIComponent(text);
}

/**
 * Writes a query as the server reads it: a list repeats its name, `undefined` leaves it out.
 * @throws TypeError for a value that no query can carry; leaving it out would ask for something else
 */
export function queryString(query: Readonly<Record<string, unknown>> | undefined, operation: string): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) search.append(name, wireText(item, `${operation}: query.${name}`));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** The text of a scalar in an address or header. */
export function wireText(value: unknown, subject: string): string {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  const what = value === undefined || value === null || typeof value === 'number' ? String(value) : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  throw new TypeError(`${subject} cannot be sent: it is ${what}.`);
}
