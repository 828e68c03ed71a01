export interface JsonScan {
  /** Line of each key of each object, by the JSON text of its path. */
  readonly lines: ReadonlyMap<string, number>;
  /** What stopped the scan; `JSON.parse` accepts the text where there is none. */
  readonly fault?: { readonly line: number; readonly column: number; readonly expected: string };
}

const token = /[ \t\n\r]*("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)|[{}[\],:])/y;
const blank = /[ \t\n\r]*/y;

class Unexpected {
  constructor(readonly expected: string) {}
}

/** Finds the lines of keys and the place of a mistake, neither of which `JSON.parse` tells dependably. */
export function scanJson(text: string): JsonScan {
  const lines = new Map<string, number>();
  let at = 0;

  const peek = (): string => {
    token.lastIndex = at;
    return token.exec(text)?.[1] ?? '';
  };
  const skipBlank = (): void => {
    blank.lastIndex = at;
    blank.exec(text);
    at = blank.lastIndex;
  };
  const next = (expected: string, fits: (found: string) => boolean): string => {
    const found = peek();
    skipBlank();
    if (found === '' || !fits(found)) throw new Unexpected(expected);
    at += found.length;
    return found;
  };
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;

  const sequence = (close: string, item: (index: number) => void): void => {
    if (peek() === close) return void next(close, () => true);
    for (let index = 0; ; index++) {
      item(index);
      if (next(`"," or "${close}"`, (found) => found === ',' || found === close) === close) return;
    }
  };
  const value = (path: readonly string[]): void => {
    const found = next('a value', (start) => !'}],:'.includes(start));
    if (found === '[') return sequence(']', (index) => value([...path, String(index)]));
    if (found !== '{') return;
    sequence('}', () => {
      const name = next('a name in double quotes', (start) => start.startsWith('"'));
      const here = [...path, JSON.parse(name) as string];
      lines.set(JSON.stringify(here), lineAt(at));
      next('":"', (colon) => colon === ':');
      value(here);
    });
  };

  try {
    value([]);
    skipBlank();
    if (at < text.length) throw new Unexpected('the end of the file');
    return { lines };
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    return { lines, fault: { line: lineAt(at), column: at - text.lastIndexOf('\n', at - 1), expected: error.expected } };
  }
}
