// Puts the application and all it loads into a few files: a thousand modules take Node twice as long to find, read and link as
// everything else that happens at the start. Usage: npx nx bundle @org/example-api
import { readFile, rm } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
const outdir = `${folder}bundle`;

/** Files keep their addresses: what they look for beside themselves is not moved. */
const ownAddresses = {
  name: 'own addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.m?js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const address = JSON.stringify(relative(outdir, path));
      return { contents: text.replaceAll('import.meta.url', `new URL(${address}, import.meta.url).href`), resolveDir: dirname(path) };
    });
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: folder,
  entryPoints: ['dist/main.js', 'dist/db.js'],
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  // They have files of their own that are no modules, or run in threads of their own.
  external: ['@electric-sql/pglite', 'piscina', 'swagger-ui-dist'],
  // For the CommonJS modules among the dependencies.
  banner: { js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);` },
  plugins: [ownAddresses],
  logLevel: 'warning',
});
