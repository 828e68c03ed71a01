// @ts-check
// What one library costs someone who wants nothing else: packages, bytes and milliseconds.
import { readdirSync, readFileSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { peersOf } from '../workspace.mjs';
import { compile } from './projects.mjs';
import { node, npm } from './shell.mjs';

/** @typedef {import('../workspace.mjs').Library} Library */

/**
 * Installs a library with its required peers into an empty project, and fails if anything comes along that was not asked for.
 * @param {Library} library
 * @param {{ folder: string, libraries: Library[], npmrc: string }} options
 */
export async function installAlone(library, { folder, libraries, npmrc }) {
  const { name, manifest } = library;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '.npmrc'), npmrc);
  const peers = Object.fromEntries(peersOf(manifest).map((peer) => [peer, manifest.peerDependencies?.[peer] ?? '']));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'alone', private: true, type: 'module', dependencies: { [name]: manifest.version, ...peers } }));
  await npm(['install', '--prefer-offline', '--ignore-scripts'], { cwd: folder });

  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  const installed = Object.keys(lock.packages).filter((path) => path !== '').map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  const wanted = familyOf(library, libraries);
  const strangers = installed.filter((each) => each.startsWith('@org/') && !wanted.some((other) => other.name === each));
  const sdks = wanted.flatMap((each) => peersOf(each.manifest, true)).filter((peer) => installed.includes(peer) && !libraries.some((other) => other.name === peer));
  if (strangers.length + sdks.length > 0) throw new Error(`came along unasked: ${[...strangers, ...sdks].join(', ')}`);

  // The types of the root must not need an optional peer either. Node's own come from the user's @types/node.
  writeFileSync(join(folder, 'index.ts'), `import * as library from '${name}';\nexport const names: string[] = Object.keys(library);\n`);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, typeRoots: [join(import.meta.dirname, '../../node_modules/@types')], types: ['node'] }, files: ['index.ts'] }));
  await compile(folder, 'typescript-7');
  await node(['--input-type=module', '--eval', `await import(${JSON.stringify(name)})`], { cwd: folder });
  return { library, folder, packages: installed.length, bytes: sizeOf(join(folder, 'node_modules')) };
}

/** The library and everything of ours that it declares, to any depth. @returns {Library[]} */
function familyOf(/** @type {Library} */ library, /** @type {Library[]} */ libraries) {
  const family = new Set([library]);
  for (const member of family) {
    for (const name of [...Object.keys(member.manifest.dependencies ?? {}), ...peersOf(member.manifest)]) {
      const other = libraries.find((each) => each.name === name);
      if (other) family.add(other);
    }
  }
  return [...family];
}

/** @returns {number} */
function sizeOf(/** @type {string} */ path) {
  const stats = lstatSync(path);
  return stats.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : stats.size;
}

/**
 * Returns how many milliseconds each import adds to the start of a bare Node: the median of cold processes, taken in
 * turns, so that a busy moment of the machine does not hit one of them alone.
 * @param {{ folder: string, names: string[] }[]} imports
 */
export async function importTimes(imports, rounds = 9) {
  const program = (/** @type {string} */ folder, /** @type {string[]} */ names) => ({
    folder, source: names.map((name) => `await import(${JSON.stringify(name)});`).join(''), taken: /** @type {number[]} */ ([]),
  });
  const programs = [program('.', []), ...imports.map(({ folder, names }) => program(folder, names))];
  for (let round = 0; round < rounds; round++) {
    for (const { folder, source, taken } of programs) {
      const before = performance.now();
      await node(['--input-type=module', '--eval', source], { cwd: folder });
      taken.push(performance.now() - before);
    }
  }
  const [bare = 0, ...medians] = programs.map(({ taken }) => taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)] ?? 0);
  return { bare, added: medians.map((median) => Math.max(0, median - bare)) };
}
