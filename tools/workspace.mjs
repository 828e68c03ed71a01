// @ts-check
// What the checks need to know about the workspace, read from the folders, so that a new library is covered unasked.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @typedef {object} Manifest the fields of a package.json that the checks read
 * @property {string} name
 * @property {string} version
 * @property {string} description
 * @property {string} license
 * @property {string} [type]
 * @property {string} [main]
 * @property {boolean} [private]
 * @property {boolean | string[]} [sideEffects]
 * @property {string[]} [files]
 * @property {Record<string, string>} [bin]
 * @property {{ node?: string }} [engines]
 * @property {{ access?: string }} [publishConfig]
 * @property {Record<string, string | Record<string, string>>} exports
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, { optional?: boolean }>} [peerDependenciesMeta]
 * @property {Record<string, string>} [devDependencies]
 * @property {{ tags?: string[] }} [nx]
 */

/**
 * @typedef {object} Library
 * @property {string} id folder name below libs/
 * @property {string} name package name
 * @property {string} folder absolute
 * @property {Manifest} manifest
 * @property {number} rank from its `rank:n` tag; NaN when it has none
 */

/** @returns {Manifest} */
export const manifestOf = (/** @type {string} */ folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Returns every publishable library, lowest rank first. @returns {Library[]} */
export function libraries() {
  return readdirSync(join(root, 'libs'))
    .map((id) => ({ id, folder: join(root, 'libs', id) }))
    .filter(({ folder }) => existsSync(join(folder, 'package.json')))
    .map(({ id, folder }) => {
      const manifest = manifestOf(folder);
      const tag = manifest.nx?.tags?.find((each) => each.startsWith('rank:'));
      return { id, folder, name: manifest.name, manifest, rank: Number(tag?.slice('rank:'.length) ?? NaN) };
    })
    .filter(({ manifest }) => !manifest.private)
    .sort((a, b) => a.rank - b.rank || a.id.localeCompare(b.id));
}

/** Returns the peers a user must install, or with `true` those that are needed by some subpath only. */
export const peersOf = (/** @type {Manifest} */ manifest, optional = false) =>
  Object.keys(manifest.peerDependencies ?? {}).filter((peer) => (manifest.peerDependenciesMeta?.[peer]?.optional ?? false) === optional);
