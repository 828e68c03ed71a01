import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { libraries, root } from '../workspace.mjs';

interface Declared { readonly code: string; readonly kind: string; readonly title: string; readonly file: string }

const kinds = ['invalid', 'unauthenticated', 'forbidden', 'missing', 'conflict', 'stale', 'rejected', 'limited', 'internal', 'unavailable', 'timeout'];
// Where codes may be declared, so that this test finds them all.
const declaring = globSync(['libs/*/src/**/errors.ts', 'libs/*/src/**/*.errors.ts', 'apps/*/src/**/*.errors.ts', 'apps/*/src/errors.ts'], { cwd: root }).sort();
const pages = globSync('docs/errors/*.md', { cwd: root }).map((file) => basename(file, '.md')).filter((name) => name !== 'README').sort();
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

// By shape, not by class: the kernel's own errors.ts exports functions that declare nothing.
const isDeclaration = (value: unknown): value is Omit<Declared, 'file'> =>
  typeof value === 'function' && ['code', 'kind', 'title'].every((field) => typeof (value as unknown as Record<string, unknown>)[field] === 'string');

const declared: Declared[] = [];

beforeAll(async () => {
  for (const file of declaring) {
    const module = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>;
    for (const value of new Set(Object.values(module))) {
      if (isDeclaration(value)) declared.push({ code: value.code, kind: value.kind, title: value.title, file });
    }
  }
});

// One code may stand for two kinds, where the same fault is another answer in another place.
const codes = (): string[] => [...new Set(declared.map(({ code }) => code))].sort();
const of = <K extends keyof Declared>(code: string, field: K): Declared[K][] => [...new Set(declared.filter((each) => each.code === code).map((each) => each[field]))];

test('a code belongs to one library', () => {
  expect(codes().map((code) => ({ code, files: of(code, 'file') })).filter(({ files }) => files.length > 1)).toEqual([]);
});

test('every code has a page and every page a code', () => {
  expect(pages).toEqual(codes());
});

test('every page is headed by its code, names its kind and the package it comes from', () => {
  const packages = new Map(libraries().map(({ id, name }) => [`libs/${id}/`, name]));
  const faults = codes().filter((code) => pages.includes(code)).flatMap((code) => {
    const text = read(`docs/errors/${code}.md`);
    const from = [...packages].find(([folder]) => of(code, 'file')[0]!.startsWith(folder))?.[1] ?? '';
    const named = kinds.filter((each) => new RegExp(`\\bkind\\b[^.\\n]*\\b${each}\\b|\\b${each}\\b[^.\\n]*\\bkind\\b`, 'i').test(text));
    const unnamed = of(code, 'kind').filter((kind) => !named.includes(kind));
    return [
      text.split('\n')[0] === `# ${code}` ? [] : [`${code}: the first line is not "# ${code}"`],
      unnamed.length === 0 ? [] : [`${code}: does not say on one line that its kind is ${unnamed.join(', ')}`],
      text.includes(from) ? [] : [`${code}: does not name ${from}`],
    ].flat();
  });
  expect(faults).toEqual([]);
});

test('codes are declared in errors files only', () => {
  const sources = globSync(['libs/*/src/**/*.ts', 'apps/*/src/**/*.ts'], { cwd: root })
    .filter((file) => !file.endsWith('.test.ts') && !declaring.includes(file));
  const stray = sources.filter((file) => read(file).split('\n').some((line) => /\bdefineError\s*[(<]/.test(line) && !/^\s*(\*|\/)/.test(line)));
  expect(stray).toEqual([]);
});
