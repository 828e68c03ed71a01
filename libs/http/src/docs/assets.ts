import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file that the page loads. */
export interface Asset {
  readonly name: string;
  readonly type: string;
  /** Part of its address: another content has another one. */
  readonly version: string;
  load(): string | Promise<Uint8Array>;
}

const types: Readonly<Record<string, string>> = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' };
const typeOf = (name: string): string => types[name.slice(name.lastIndexOf('.') + 1)]!;

/** A file of the renderer, read when it is first asked for: it is large, and most processes never show it. */
export function rendererAsset(name: 'swagger-ui.css' | 'swagger-ui-bundle.js'): Asset {
  const require = createRequire(import.meta.url);
  let manifest: string;
  try {
    manifest = require.resolve('swagger-ui-dist/package.json');
  } catch (cause) {
    throw new TypeError('The API reference page needs the package swagger-ui-dist: npm install swagger-ui-dist', { cause });
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { name, version, type: typeOf(name), load: () => readFile(join(dirname(manifest), name)) };
}

/** A file of ours, with something in front. It is published with the sources, which lie as deep as the build. */
export function ownAsset(name: 'docs.css' | 'docs.js', before = ''): Asset {
  const text = before + readFileSync(fileURLToPath(new URL(`../../src/docs/assets/${name}`, import.meta.url)), 'utf8');
  return { name, version: createHash('sha256').update(text).digest('hex').slice(0, 12), type: typeOf(name), load: () => text };
}
