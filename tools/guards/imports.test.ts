import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { libraries, peersOf, type Library, type Manifest } from '../workspace.mjs';
import { entries, packagesReachedFrom } from './imports.js';

/** Roots that need more of ours than the kernel, and why that is worth it to everyone who installs them. */
const allowed: Record<string, Record<string, string>> = {
  http: { versioning: 'a contract says since when and until when it stands, and the dispatcher negotiates by it' },
};

const libs = libraries();
const ours = new Map(libs.map(({ name, id }) => [name, id]));
const faultsOf = ({ id, manifest, folder, name }: Pick<Library, 'id' | 'manifest' | 'folder' | 'name'>): string[] => {
  const installed = new Set([...Object.keys(manifest.dependencies ?? {}), ...peersOf(manifest)]);
  const optional = new Set(peersOf(manifest, true));
  return [...entries({ manifest, folder })].flatMap(([subpath, entry]) => packagesReachedFrom(entry, { manifest, folder, name }).flatMap((reached) => {
    const where = `${name} ${subpath}: ${reached.file} imports ${reached.package}`;
    if (!installed.has(reached.package) && !optional.has(reached.package)) return [`${where}, which its package.json does not declare`];
    if (subpath !== '.') return [];
    if (optional.has(reached.package)) return [`${where}, an optional peer`];
    const other = ours.get(reached.package);
    return other === undefined || other === 'kernel' || allowed[id]?.[other] ? [] : [`${where}; a root needs the kernel alone`];
  }));
};

test.each(libs.map((library) => [library.name, library] as const))('%s loads only what it declares, and its root neither an optional peer nor another library', (_, library) => {
  expect(faultsOf(library)).toEqual([]);
});

test('every exception made for a root is still needed', () => {
  const needed = libs.flatMap((library) => packagesReachedFrom(entries(library).get('.')!, library).map((reached) => `${library.id} -> ${ours.get(reached.package)}`));
  const made = Object.entries(allowed).flatMap(([from, tos]) => Object.keys(tos).map((to) => `${from} -> ${to}`));
  expect(made.filter((exception) => !needed.includes(exception))).toEqual([]);
});

describe('the guard itself', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'imports-guard-')); });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  const faultsOfPlanted = (files: Record<string, string>): string[] => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const manifest = {
      name: '@org/enterprise-planted',
      exports: { '.': { '@org/source': './src/index.ts' }, './driver': { '@org/source': './src/driver.ts' } },
      dependencies: { '@org/enterprise-kernel': '^0.1.0', '@org/enterprise-config': '^0.1.0', yaml: '2' },
      peerDependencies: { zod: '4', sdk: '1' },
      peerDependenciesMeta: { sdk: { optional: true } },
    } as unknown as Manifest;
    return faultsOf({ id: 'planted', name: manifest.name, folder, manifest });
  };
  const driver = { 'src/driver.ts': `import { connect } from 'sdk/client';\nexport const driver = connect;\n` };

  test('accepts the kernel, own dependencies, required peers, and an SDK behind a subpath', () => {
    expect(faultsOfPlanted({
      ...driver,
      'src/index.ts': `import { token } from '@org/enterprise-kernel';\nimport type { Client } from 'sdk';\nexport { parse } from './parse.js';\nexport const t = token<Client>('a.B');\n`,
      'src/parse.ts': `import { readFile } from 'node:fs/promises';\nimport { parse } from 'yaml';\nimport * as z from 'zod';\nexport { parse, readFile, z };\n`,
    })).toEqual([]);
  });

  test.each([
    ['an optional peer behind a file of its own', { 'src/index.ts': `export { driver } from './driver.js';\n` }, 'imports sdk, an optional peer'],
    ['an optional peer through a subpath of its own', { 'src/index.ts': `export { driver } from '@org/enterprise-planted/driver';\n` }, 'imports sdk, an optional peer'],
    ['an optional peer that is imported lazily', { 'src/index.ts': `export const load = () => import('sdk');\n` }, 'imports sdk, an optional peer'],
    ['an import of types that the compiler keeps as an import', { 'src/index.ts': `import { type Client } from 'sdk';\nexport type C = Client;\n` }, 'imports sdk, an optional peer'],
    ['another library', { 'src/index.ts': `export { loadConfig } from '@org/enterprise-config';\n` }, 'a root needs the kernel alone'],
    ['what is not declared', { 'src/index.ts': `import 'lodash';\n` }, 'does not declare'],
  ])('refuses %s', (_, files, fault) => {
    expect(faultsOfPlanted({ ...driver, ...files })).toEqual([expect.stringContaining(fault)]);
  });
});
