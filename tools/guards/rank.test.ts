import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libraries, root } from '../workspace.mjs';

interface Finding { readonly rule: string; readonly message: string }
interface Plant { readonly filePath: string; readonly text: string }

const boundaries = '@nx/enforce-module-boundaries';
const libs = libraries();
const pairs = libs.flatMap((from) => libs.filter((to) => to !== from).map((to) => ({ from, to })));
const forms = {
  'a value': (name: string) => `import * as planted from '${name}';\nexport const use = planted;\n`,
  'a type': (name: string) => `import type * as planted from '${name}';\nexport type Use = typeof planted;\n`,
  'a lazy import': (name: string) => `export const use = () => import('${name}');\n`,
};
const source = (id: string, file: string): string => `libs/${id}/src/${file}`;

// Everything is planted in memory and linted in one process, so that nothing on disk can be left behind.
const plants: Plant[] = [];
const plant = (filePath: string, text: string): number => plants.push({ filePath, text }) - 1;

const matrix = pairs.flatMap(({ from, to }) => Object.entries(forms).map(([form, write]) => ({
  from, to, form, at: plant(source(from.id, 'planted.ts'), write(to.name)),
})));
const reach = plant(source('di', 'planted.ts'), `export { token } from '../../kernel/src/index.js';\n`);
const cycle = plant(source('kernel', 'duration.ts'), `export { systemClock } from './clock.js';\n${readFileSync(join(root, source('kernel', 'duration.ts')), 'utf8')}`);
const straight = plant(source('kernel', 'planted.ts'), `export { systemClock } from './clock.js';\n`);
const toolsText = `import { root } from '../../../tools/workspace.mjs';\nexport const use = root;\n`;
const tools = plant(source('kernel', 'planted.ts'), toolsText);
const toolsInTest = plant(source('kernel', 'planted.test.ts'), toolsText);

let lint: Finding[][];
let unlinted: string[];

beforeAll(() => {
  const scratch = mkdtempSync(join(tmpdir(), 'rank-guard-'));
  try {
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, 'tools/guards/lint-planted.mjs')], {
      cwd: root, encoding: 'utf8', input: JSON.stringify(plants), maxBuffer: 1 << 26,
      env: { ...process.env, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', NX_WORKSPACE_DATA_DIRECTORY: scratch },
    });
    if (status !== 0) throw new Error(`Linting the planted files failed:\n${stderr}${stdout}`);
    ({ lint, unlinted } = JSON.parse(stdout) as { lint: Finding[][]; unlinted: string[] });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}, 120_000);

const rulesAt = (at: number): string[] => lint[at]!.map(({ rule }) => rule);

test('every library has a rank from 0 to 6', () => {
  expect(libs.filter(({ rank }) => !(Number.isInteger(rank) && rank >= 0 && rank <= 6)).map(({ name }) => name)).toEqual([]);
});

test('every library and application is linted', () => {
  expect(unlinted).toEqual([]);
});

test('a library may import every library of a lower rank', () => {
  const lower = matrix.filter(({ from, to }) => to.rank < from.rank);
  expect(lower).not.toHaveLength(0);
  expect(lower.filter(({ at }) => rulesAt(at).includes(boundaries)).map(({ from, to, form, at }) => `${from.id} -> ${to.id} (${form}): ${lint[at]![0]?.message}`)).toEqual([]);
});

test('importing a value, a type or lazily from a library of the same or a higher rank fails lint', () => {
  const upward = matrix.filter(({ from, to }) => to.rank >= from.rank);
  expect(upward).not.toHaveLength(0);
  expect(upward.filter(({ at }) => !rulesAt(at).includes(boundaries)).map(({ from, to, form }) => `${from.id} -> ${to.id} (${form})`)).toEqual([]);
  // Some pairs close a circle and are refused for that; without the rank rule the others would pass.
  expect(upward.flatMap(({ at }) => lint[at]!).filter(({ message }) => message.includes('can only depend on libs tagged with'))).not.toHaveLength(0);
});

test('reaching into another library by path fails lint', () => {
  expect(rulesAt(reach)).toContain(boundaries);
});

test('an import cycle within a library fails lint', () => {
  expect(rulesAt(cycle)).toContain('import-x/no-cycle');
  expect(rulesAt(straight)).toEqual([]);
});

test('library source may not import tools/, a test may', () => {
  expect(rulesAt(tools)).toContain('no-restricted-imports');
  expect(rulesAt(toolsInTest)).toEqual([]);
});
