import { parse } from 'dotenv';
import { loadSource, temporaryFolder } from '../../test/temporary-folder.js';
import { dotenvFile } from './dotenv-file.js';
import { scanDotenv } from './dotenv-scan.js';

const forms: [form: string, text: string, lines: Readonly<Record<string, number>>, malformed?: readonly number[]][] = [
  ['plain', 'A=1\nB=2', { A: 1, B: 2 }],
  ['no newline at the end', 'A=1', { A: 1 }],
  ['CRLF and old Mac line ends', 'A=1\r\nB=2\rC=3\r\n', { A: 1, B: 2, C: 3 }],
  ['a byte order mark', '\uFEFFA=1\nB=2', { A: 1, B: 2 }],
  ['spaces around =', '  A = 1  \n\tB\t=\t2', { A: 1, B: 2 }],
  ['empty values', 'A=\nB=\n\nC=""\nD=3', { A: 1, B: 2, C: 4, D: 5 }],
  ['comments', '# one\nA=1 # two\n  # three\nB=2# four\n', { A: 2, B: 4 }],
  ['# in quotes', 'A="a # b" # c\nB=\'#\'\nC=`#`', { A: 1, B: 2, C: 3 }],
  ['export', 'export A=1\n  export   B=2\nexport=3', { A: 1, B: 2, export: 3 }],
  ['a colon', 'A: 1\nB:2\nC: "x\ny"\nD=4', { A: 1, C: 3, D: 5 }, [2]],
  ['a multi-line value', 'A="one\ntwo\n\nthree"\nB=\'x\ny\'\nC=`p\nq`\nD=1', { A: 1, B: 5, C: 7, D: 9 }],
  ['an assignment inside quotes', 'A="\nB=2\n"\nC=3', { A: 1, C: 4 }],
  ['an escaped quote', 'A="a \\" b\nc"\nB=2', { A: 1, B: 3 }],
  ['escaped newlines', 'A="a\\nb"\nB=\'a\\nb\'', { A: 1, B: 2 }],
  ['an open quote', 'A="open\nB=2', { A: 1, B: 2 }],
  ['an open quote over several lines', 'A="open\nmore\nB=2', { A: 1, B: 3 }, [2]],
  ['text after a quote', 'A="x" y\nB=\'x\'y', { A: 1, B: 2 }],
  ['quotes inside', 'A=a"b"c\nB="it\'s"', { A: 1, B: 2 }],
  ['a value on the next line', 'A=\n"x"\nB:\ny\nC=3', { A: 1, B: 3, C: 5 }],
  ['= on the next line', 'A\n=1\nB=2', { A: 1, B: 3 }],
  ['duplicates', 'A=1\nA=2\nB=1', { A: 2, B: 3 }],
  ['= in a value', 'A=b=c\nB==', { A: 1, B: 2 }],
  ['keys with dots and dashes', 'a.b=1\nc-d=2', { 'a.b': 1, 'c-d': 2 }],
  ['lines that dotenv skips', 'A=1\nwhat is this\n=x\nB C=1\nexport D\nE=1', { A: 1, E: 6 }, [2, 3, 4, 5]],
  ['nothing', '', {}],
  ['blank lines only', '\n \n\t\n', {}],
];

test.each(forms.map(([form, text, lines, malformed = []]) => ({ form, text, lines, malformed })))('the lines of $form are found, and the values are those of dotenv', async ({ text, lines, malformed }) => {
  await using folder = await temporaryFolder({ '.env': text });
  const { entries, faults } = await loadSource(dotenvFile(folder.path('.env'), { name: '.env' }));
  expect(Object.fromEntries(entries.map(({ key, value }) => [key, value]))).toEqual(parse(text));
  expect(Object.fromEntries(entries.map(({ key, location }) => [key, location]))).toEqual(Object.fromEntries(Object.entries(lines).map(([key, line]) => [key, `.env:${line}`])));
  expect(faults?.map(({ source }) => source) ?? []).toEqual(malformed.map((line) => `.env:${line}`));
});

test('on any text the keys found are those of dotenv, and dotenv agrees that each stands on its line', () => {
  const pieces = ['A', 'B', 'KEY', '=', '=', ': ', ':', '"', "'", '`', '#', '\\"', '\\n', ' ', '\t', '\n', '\n', '\r\n', 'export ', 'x', '1', '.', '-', '$', '=1\nZ=', '\uFEFF'];
  let seed = 20_260_101;
  const random = (limit: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * limit);
  };
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + random(24) }, () => pieces[random(pieces.length)]).join('');
    const { lines } = scanDotenv(text);
    const values = parse(text);
    const seen = (keys: Iterable<string>): string => `${[...keys].sort().join(' ')} in ${JSON.stringify(text)}`;
    expect(seen(lines.keys())).toBe(seen(Object.keys(values)));
    const rows = text.replace(/\r\n?/g, '\n').split('\n');
    for (const [key, line] of lines) {
      expect(rows[line - 1]!.trimStart().startsWith(key) || /^\s*export\s/.test(`${rows[line - 1]}\n`)).toBe(true);
      expect(parse(rows.slice(line - 1).join('\n'))[key]).toBe(values[key]);
    }
  }
});

test('a line that dotenv skips is reported without its text, which may be a part of a key', async () => {
  await using folder = await temporaryFolder({ '.env': 'KEY=-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n' });
  const { faults } = await loadSource(dotenvFile(folder.path('.env')));
  expect(faults).toHaveLength(1);
  expect(JSON.stringify(faults)).not.toContain('MIIE');
});

test('a file that must be there, or is a directory, is a fault; an optional one may be missing but not a directory', async () => {
  await using folder = await temporaryFolder({ 'directory/.env': '' });
  const messages = async (name: string, optional: boolean) => (await loadSource(dotenvFile(folder.path(name), { optional }))).faults?.map(({ message }) => message) ?? [];
  expect(await messages('missing', false)).toEqual(['the file does not exist']);
  expect(await messages('missing', true)).toEqual([]);
  expect(await messages('directory', true)).toEqual(['the file is a directory']);
});

test('__proto__ in a file reaches nothing', async () => {
  await using folder = await temporaryFolder({ '.env': '__proto__=x\nconstructor=y\nA=1' });
  const { entries } = await loadSource(dotenvFile(folder.path('.env')));
  expect(entries.map(({ key }) => key)).toEqual(['constructor', 'A']);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});
