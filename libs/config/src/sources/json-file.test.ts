import { loadSource, temporaryFolder } from '../../test/temporary-folder.js';
import { jsonFile } from './json-file.js';
import { scanJson } from './json-scan.js';

test('every key has its line, nested ones too', async () => {
  await using folder = await temporaryFolder({ 'c.json': '\uFEFF{\n  "PORT": 1,\n  "DATABASE": {\n    "URL": "x", "POOL": {\n      "MAX": 5 } },\n  "LIST": [\n {"A": 1}]\n}\n' });
  const { entries } = await loadSource(jsonFile(folder.path('c.json'), { name: 'c.json' }));
  expect(entries.map(({ key, value, location }) => [key, value, location])).toEqual([
    ['PORT', 1, 'c.json:2'], ['DATABASE', { URL: 'x', POOL: { MAX: 5 } }, 'c.json:3'], ['LIST', [{ A: 1 }], 'c.json:6'],
  ]);
  expect([['URL'], ['POOL', 'MAX'], ['NONE']].map((path) => entries[1]!.locate!(path))).toEqual(['c.json:4', 'c.json:5', 'c.json']);
});

test.each([
  ['{ "A": 1, }', 1, 11, 'a name in double quotes'],
  ['{\n  "A": 1\n  "B": 2 }', 3, 3, '"," or "}"'],
  ['{ "A" 1 }', 1, 7, '":"'],
  ['{ "A": }', 1, 8, 'a value'],
  ['{ "A": sécret }', 1, 8, 'a value'],
  ["{ 'A': 1 }", 1, 3, 'a name in double quotes'],
  ['{ "A": [1 2] }', 1, 11, '"," or "]"'],
  ['{ "A": 1', 1, 9, '"," or "}"'],
  ['', 1, 1, 'a value'],
  ['{} x', 1, 4, 'the end of the file'],
  ['{ "A": 01 }', 1, 8, 'a value'],
  ['{ "A": "tab\there" }', 1, 8, 'a value'],
])('a mistake in %j is found in its place', async (text, line, column, expected) => {
  await using folder = await temporaryFolder({ 'c.json': text });
  const { faults } = await loadSource(jsonFile(folder.path('c.json'), { name: 'c.json' }));
  expect(faults).toMatchObject([{ source: `c.json:${line}`, message: `not valid JSON: expected ${expected} at column ${column}` }]);
});

test('the scan accepts what JSON.parse accepts, and nothing else', () => {
  const pieces = ['{', '}', '[', ']', ':', ',', '"a"', '"b"', '"\\u00e9"', '"\\x"', '1', '-0', '01', '1.', '1.5e3', '1e', 'true', 'null', 'nul', ' ', '\n', '"', '-', '\u00a0', '{"a":1}', '"k":', '[1,2]'];
  let seed = 7;
  const random = (limit: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * limit);
  };
  let valid = 0;
  for (let round = 0; round < 30_000; round++) {
    const text = Array.from({ length: 1 + random(6) }, () => pieces[random(pieces.length)]).join('');
    let parses = true;
    try { JSON.parse(text); } catch { parses = false; }
    if (parses) valid++;
    expect([text, scanJson(text).fault === undefined]).toEqual([text, parses]);
  }
  expect(valid).toBeGreaterThan(500);
});

test.each(['[]', '1', 'null', '"x"'])('%s is no object of settings', async (text) => {
  await using folder = await temporaryFolder({ 'c.json': text });
  expect(await loadSource(jsonFile(folder.path('c.json')))).toMatchObject({ entries: [], faults: [{ message: 'the file does not hold settings by their names' }] });
});
