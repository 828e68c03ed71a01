// @ts-check
// What npm would upload, judged before anyone installs it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { manifestOf, root } from '../workspace.mjs';
import { node, npm } from './shell.mjs';

/** @typedef {{ library: import('../workspace.mjs').Library, file: string, contents: string[] }} Tarball */

/**
 * Packs every library into `folder`.
 * @param {import('../workspace.mjs').Library[]} libraries
 * @param {string} folder
 * @returns {Promise<Tarball[]>}
 */
export async function pack(libraries, folder) {
  const printed = await npm(['pack', ...libraries.map((library) => `./libs/${library.id}`), '--pack-destination', folder, '--json', '--ignore-scripts']);
  /** @type {{ name: string, filename: string, files: { path: string }[] }[]} */
  const packed = Object.values(JSON.parse(printed));
  return libraries.map((library) => {
    const found = packed.find(({ name }) => name === library.name);
    if (!found) throw new Error(`npm pack did not pack ${library.name}.`);
    return { library, file: join(folder, found.filename), contents: found.files.map(({ path }) => path) };
  });
}

/** Fails on a file that is missing or does not belong into the tarball. */
export function checkContents(/** @type {Tarball} */ { library, contents }) {
  const targets = Object.values(library.manifest.exports).flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)));
  const missing = ['LICENSE', 'README.md', ...targets.map((target) => target.replace('./', ''))].filter((file) => !contents.includes(file));
  const extra = contents.filter((file) => /\.test\.|tsbuildinfo$/.test(file) || !/^(dist|src)\/|^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/.test(file));
  const unmapped = contents.filter((file) => file.startsWith('dist/') && file.endsWith('.js') && !contents.includes(file.replace(/^dist\/(.*)\.js$/, 'src/$1.ts')));
  if (missing.length + extra.length + unmapped.length > 0) {
    throw new Error(`missing: ${missing.join(', ') || 'nothing'}; superfluous: ${extra.join(', ') || 'nothing'}; built from no source (remove dist and build again): ${unmapped.join(', ') || 'nothing'}`);
  }
  return `${contents.length} files`;
}

/** Fails on anything publint finds, suggestions included. */
export async function lint(/** @type {Tarball} */ { library, file }) {
  const buffer = readFileSync(file);
  const tarball = buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
  const { messages } = await publint({ pack: { tarball }, strict: true });
  const manifest = manifestOf(library.folder);
  if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, /** @type {any} */ (manifest), { color: false })).join('\n'));
}

/** Fails when some way of importing the package finds no types or wrong ones. */
export const checkTypes = (/** @type {Tarball} */ { file }) =>
  node([join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'), file, '--profile', 'esm-only', '--no-color', '--no-emoji']).then(() => undefined);
