/**
 * Writes the shortest text that fits a regular expression, for examples. Knows literals, classes, groups, alternatives and
 * repetition; returns `undefined` for anything else, or where the text found does not fit after all.
 */
export function textFor(pattern: string): string | undefined {
  let at = 0;

  function alternatives(): string | undefined {
    const first = sequence();
    while (pattern[at] === '|') { at++; sequence(); }
    return first;
  }

  function sequence(): string | undefined {
    let text: string | undefined = '';
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      const atom = one();
      const times = repetition();
      text = text === undefined || atom === undefined ? undefined : text + atom.repeat(times);
    }
    return text;
  }

  function one(): string | undefined {
    const char = pattern[at++]!;
    if (char === '^' || char === '$') return '';
    if (char === '.') return 'a';
    if (char === '\\') return escaped(pattern[at++]!);
    if (char === '[') return oneOfClass();
    if (char !== '(') return char;
    const known = !pattern.startsWith('?', at) || pattern.startsWith('?:', at);
    if (pattern.startsWith('?:', at)) at += 2;
    const inner = alternatives();
    at++;
    return known ? inner : undefined;
  }

  function repetition(): number {
    const times = /^(?:([*?+])|\{(\d+)(?:,\d*)?\})\??/.exec(pattern.slice(at));
    if (!times) return 1;
    at += times[0].length;
    return times[2] === undefined ? Number(times[1] === '+') : Number(times[2]);
  }

  function oneOfClass(): string | undefined {
    const negated = pattern[at] === '^';
    const first = pattern[at] === '\\' ? escaped(pattern[at + 1]!) : pattern[at];
    while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1;
    at++;
    return negated ? undefined : first;
  }

  const text = alternatives();
  return text !== undefined && new RegExp(pattern, 'u').test(text) ? text : undefined;
}

const classes: Readonly<Record<string, string>> = { d: '0', w: 'a', s: ' ', D: 'a', S: 'a' };
const escaped = (char: string): string | undefined => classes[char] ?? (/[a-z\d]/i.test(char) ? undefined : char);
