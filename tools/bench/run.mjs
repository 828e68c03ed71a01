// Runs the benchmarks one after the other. Usage: npm run bench [-- di http database me passwords start tokens types]; without names, all of them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const all = { di: 'di/bench.mjs', http: 'http/bench.mjs', database: 'database/bench.mjs', me: 'me/bench.mjs', passwords: 'passwords/bench.mjs', start: 'start/bench.mjs', tokens: 'tokens/bench.mjs', types: 'types/measure.mjs' };
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in all));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}.`);
  process.exit(2);
}
for (const [name, file] of Object.entries(all)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(file, import.meta.url))], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
