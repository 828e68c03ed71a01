import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { resolveInDrizzle } from './resolve-in-drizzle.js';

const file = (path: string): string => pathToFileURL(`/app/node_modules/${path}`).href;
const resolved = (specifier: string, parentURL?: string): unknown => resolveInDrizzle(specifier, { parentURL }, () => 'next');

test('only what files of drizzle-orm import from beside them is resolved', () => {
  expect(resolved('../sql/sql.js', file('drizzle-orm/pg-core/db.js'))).toEqual({ url: file('drizzle-orm/sql/sql.js'), format: 'module', shortCircuit: true });
  expect([
    resolved('./x.js', file('other/index.js')), resolved('postgres', file('drizzle-orm/postgres-js/driver.js')), resolved('./x.json', file('drizzle-orm/index.js')),
    resolved('./x.cjs', file('drizzle-orm/index.js')), resolved('./x.js', file('drizzle-orm/index.cjs')), resolved('./main.js'),
  ]).toEqual(Array.from({ length: 6 }, () => 'next'));
});

test('drizzle-orm is the same with it, and Node no longer parses its package.json for each file', () => {
  const script = `
    const before = process.memoryUsage().rss;
    const { pgTable, integer } = await import('drizzle-orm/pg-core');
    const { eq, sql } = await import('drizzle-orm');
    const t = pgTable('t', { a: integer() });
    console.log(JSON.stringify([eq(t.a, 1).queryChunks.length, typeof sql.placeholder('x'), Math.round((process.memoryUsage().rss - before) / 2 ** 20)]));`;
  const run = (...flags: string[]): [number, string, number] => {
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', script], { encoding: 'utf8', cwd: import.meta.dirname });
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as [number, string, number];
  };
  const preload = new URL('../dist/preload.js', import.meta.url).href;
  const [plain, preloaded] = [run(), run('--import', preload)];
  expect(preloaded.slice(0, 2)).toEqual(plain.slice(0, 2));
  // 15 MB; with Node 24 it is about 200 without.
  expect(preloaded[2]).toBeLessThan(60);
});
