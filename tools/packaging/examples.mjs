// @ts-check
// The examples of the READMEs, as programs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * Returns every TypeScript block of a library's README. The first one runs; a later one without imports of its own goes
 * on from the first, in a scope of its own.
 * @param {import('../workspace.mjs').Library} library
 * @returns {{ name: string, text: string, first: boolean }[]}
 */
export function examplesOf({ id, folder, name }) {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const [first, ...later] = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, text]) => /** @type {string} */ (text));
  if (first === undefined) throw new Error(`The README of ${name} has no example.`);
  const continued = (/** @type {string} */ text) => (/^import\b/m.test(text) ? text : `${first}\nexport async function continued() {\n${text}}\n`);
  return [first, ...later.map(continued)].map((text, i) => ({ name: `${id}-${i + 1}`, text, first: i === 0 }));
}

/** Rewrites an ES module as what a CommonJS project would hold: require() calls, and a function around top-level await. */
export function toCommonJs(/** @type {string} */ text) {
  const { outputText } = ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true } });
  const body = outputText.replace(/^Object\.defineProperty\(exports, "__esModule".*\n/m, '').replace(/^"use strict";\n/, '');
  return `'use strict';\nmodule.exports = (async () => {\n${body}})();\n`;
}

/** Returns the text of the first fenced block of a kind in a page of docs/, so that what is documented is what is tried. */
export function blockOf(/** @type {string} */ file, /** @type {string} */ heading) {
  const page = readFileSync(file, 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith(heading));
  const block = section && /^```\w*\n([\s\S]*?)^```/m.exec(section)?.[1];
  if (!block) throw new Error(`${file} has no block under "${heading}".`);
  return block;
}
