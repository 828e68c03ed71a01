export interface DotenvScan {
  /** Line of the assignment that counts, the last one, of each key. */
  readonly lines: ReadonlyMap<string, number>;
  /** Lines that dotenv skips though they are neither blank nor comments. */
  readonly malformed: readonly number[];
}

const assignment = /(?:export\s+)?([\w.-]+)(?:\s*=|:\s)/y;
const quoted = /\s*(?:'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`)[^\S\n]*(?:#[^\n]*)?(?=\n|$)/y;
const space = /\s*/y;
const restOfLine = /[^\n]*/y;

/** Finds out on which lines dotenv sees what; the values are left to dotenv itself. */
export function scanDotenv(source: string): DotenvScan {
  const text = source.replace(/\r\n?/g, '\n');
  const lines = new Map<string, number>();
  const malformed: number[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) {
      line += match[0].split('\n').length - 1;
      at = pattern.lastIndex;
    }
    return match;
  };
  for (take(space); at < text.length; take(space)) {
    const start = line;
    const comment = text[at] === '#';
    const match = comment ? null : take(assignment);
    if (match) {
      lines.set(match[1]!, start);
      if (!take(quoted)) take(restOfLine);
    } else {
      if (!comment) malformed.push(start);
      take(restOfLine);
    }
  }
  return { lines, malformed };
}
