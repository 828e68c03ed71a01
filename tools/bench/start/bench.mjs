// From the start of the process to its first answer, which is a list of products, and what memory it holds two seconds later.
// Usage: npm run build && node tools/bench/start/bench.mjs [starts]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startCatalogue } from '../database/database.mjs';

const [starts = 9] = process.argv.slice(2).map(Number);
const program = fileURLToPath(new URL('../../../apps/example-api/bundle/main.js', import.meta.url));

async function measure(url) {
  const begun = performance.now();
  const child = spawn(process.execPath, [program], { env: { PATH: process.env.PATH, APP_ENV: 'test', PORT: '0', DATABASE_URL: url, LOG_LEVEL: 'warn' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /reference: (http:\S+)\/docs/.exec(output);
      if (found) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(`The application ended:\n${output}`)));
  });
  const response = await fetch(`${address}/api/v2/products`);
  if (response.status !== 200) throw new Error(`The application answers ${response.status}.`);
  await response.text();
  const answered = performance.now() - begun;
  await pause(2_000);
  const memory = residentOf(child.pid);
  child.kill('SIGTERM');
  await once(child, 'exit');
  return { answered, memory };
}

/** Megabytes; not a number where the system does not tell. */
function residentOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return NaN;
  }
}

const spread = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)].map((value) => value.toFixed(0)).join(' | ');
};

const database = await startCatalogue(100);
console.log(`First answer in milliseconds after the start of the process, memory in MB two seconds later; ${starts} starts, Node ${process.version}\n`);
console.log('| | first answer | least | most | memory | least | most |\n|---|--:|--:|--:|--:|--:|--:|');
for (const [name, url] of [['PostgreSQL', await database.copy()], ['PGlite, in memory', 'pglite:memory']]) {
  // The first one compiles for those that follow.
  await measure(url);
  const found = [];
  for (let i = 0; i < starts; i++) found.push(await measure(url));
  console.log(`| ${name} | ${spread(found.map(({ answered }) => answered))} | ${spread(found.map(({ memory }) => memory))} |`);
}
await database.stop();
