import { loadSource, temporaryFolder } from '../../test/temporary-folder.js';
import { yamlFile } from './yaml-file.js';

test('every key has its line, nested ones too', async () => {
  await using folder = await temporaryFolder({ 'c.yaml': '# top\nPORT: 1\nDATABASE:\n  URL: "x"\n  POOL: { MAX: 5 }\n"LIST": [a, b]\n1: one\n' });
  const { entries } = await loadSource(yamlFile(folder.path('c.yaml'), { name: 'c.yaml' }));
  expect(Object.fromEntries(entries.map(({ key, value, location }) => [key, [value, location]]))).toEqual({
    1: ['one', 'c.yaml:7'], PORT: [1, 'c.yaml:2'], DATABASE: [{ URL: 'x', POOL: { MAX: 5 } }, 'c.yaml:3'], LIST: [['a', 'b'], 'c.yaml:6'],
  });
  const database = entries.find(({ key }) => key === 'DATABASE')!;
  expect([['URL'], ['POOL', 'MAX']].map((path) => database.locate!(path))).toEqual(['c.yaml:4', 'c.yaml:5']);
});

test.each([
  ['A: 1\n  B: 2\n', 'c.yaml:1'],
  ['A: [1, 2\nB: 1\n', 'c.yaml:2'],
  ['A: 1\nB: "hunter2\n', 'c.yaml:3'],
  ['A: 1\nA: 2\n', 'c.yaml:2'],
  ['A: 1\n}hunter2\n', 'c.yaml:2'],
])('a mistake in %j is found on its line, and the file is not quoted', async (text, source) => {
  await using folder = await temporaryFolder({ 'c.yaml': text });
  const { entries, faults } = await loadSource(yamlFile(folder.path('c.yaml'), { name: 'c.yaml' }));
  expect(entries).toEqual([]);
  expect(faults!.map((fault) => fault.source)).toContain(source);
  expect(faults![0]!.message).toMatch(/^not valid YAML: [a-z ]+ at column \d+$/);
  expect(JSON.stringify(faults)).not.toContain('hunter2');
});

test('an empty file holds no settings, a list is a fault, and so are aliases that explode or lead nowhere', async () => {
  const bomb = ['A: &a [x, x, x, x, x, x, x, x, x, x]', ...'bcdefg'.split('').map((name, index) => `${name.toUpperCase()}: &${name} [${Array(10).fill(`*${'abcdef'[index]}`).join(', ')}]`)].join('\n');
  await using folder = await temporaryFolder({ 'empty.yaml': '# nothing\n', 'list.yaml': '- a\n', 'bomb.yaml': bomb, 'nowhere.yaml': 'A: *nowhere\n' });
  const load = (name: string) => loadSource(yamlFile(folder.path(name), { name }));
  expect(await load('empty.yaml')).toEqual({ entries: [] });
  expect(await load('list.yaml')).toMatchObject({ entries: [], faults: [{ source: 'list.yaml' }] });
  expect((await load('bomb.yaml')).faults).toMatchObject([{ message: 'the aliases in the file cannot be resolved, or are too many' }]);
  expect((await load('nowhere.yaml')).faults).toHaveLength(1);
});
