// Records the documents of the reference application as released: later changes are held against them.
// Usage: npm run openapi:release (after npm run build)
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const app = fileURLToPath(new URL('../apps/example-api/', import.meta.url));
const child = spawn(process.execPath, [`${app}dist/main.js`], { env: { ...process.env, APP_ENV: 'test', PORT: '0', DATABASE_URL: 'pglite:memory' }, stdio: ['ignore', 'pipe', 'inherit'] });
const url = await new Promise((resolve, reject) => {
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
    const found = /reference: (http:\S+)\/docs/.exec(text);
    if (found) resolve(found[1]);
  });
  child.on('exit', (code) => reject(new Error(`The application ended with ${code}; is it built?`)));
});
for (const version of ['v1', 'v2']) {
  const document = await (await fetch(`${url}/api/${version}/openapi.json`)).json();
  await writeFile(`${app}openapi/${version}.json`, `${JSON.stringify(document, null, 2)}\n`);
  console.log(`openapi/${version}.json: ${Object.keys(document.paths).length} paths`);
}
child.kill('SIGTERM');
