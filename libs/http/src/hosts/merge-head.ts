import type { WriteHead } from './send-answer.js';

// Lists of which every party adds its own; of any other header the answer's value stands.
const lists = new Set(['set-cookie', 'link', 'access-control-expose-headers', 'server-timing', 'www-authenticate']);

/** Writes the head of an answer over the headers that others have set on the response before: theirs stay. */
export const mergeHead: WriteHead = (response, { status, headers }) => {
  const set = new Set<string>();
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    const value = headers[i + 1]!;
    if (name === 'vary') response.setHeader('Vary', joinVary(response.getHeader('vary'), value));
    else if (lists.has(name) || set.has(name)) response.appendHeader(headers[i]!, value);
    else response.setHeader(headers[i]!, value);
    set.add(name);
  }
  // No array here: middleware that replaces writeHead (compression, sessions) knows this form best.
  response.writeHead(status);
};

function joinVary(before: number | string | readonly string[] | undefined, value: string): string {
  if (before === undefined) return value;
  const fields = [...String(before).split(','), ...value.split(',')].map((field) => field.trim());
  return [...new Map(fields.map((field) => [field.toLowerCase(), field])).values()].join(', ');
}
