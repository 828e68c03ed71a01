// How long the event loop stands still while 50 people log in at once: bcryptjs on the loop, bcrypt in worker threads, argon2id.
// Run it on the compiled library: npx nx build @org/enterprise-auth && node tools/bench/passwords/bench.mjs
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare, compareSync, hashSync } from 'bcryptjs';

const library = new URL('../../../libs/auth/dist/passwords/', import.meta.url);
if (!existsSync(new URL('bcrypt.js', library))) {
  console.error('Build the library first: npx nx build @org/enterprise-auth');
  process.exit(1);
}
const { bcrypt } = await import(new URL('bcrypt.js', library).href);
const { argon2 } = await import(new URL('argon2.js', library).href);

const password = 'tr0mbone in the attic';
const logIns = 50;
const cost = 12;
const rounds = 3;

const pool = bcrypt({ cost });
const native = argon2();
const [hashed, phc] = [hashSync(password, cost), await native.hash(password)];
const contestants = {
  'nothing': () => sleep(1000).then(() => true),
  'bcryptjs, synchronous': async () => compareSync(password, hashed),
  'bcryptjs, asynchronous': () => compare(password, hashed),
  'bcrypt in worker threads': () => pool.verify(password, hashed),
  'argon2id (OWASP)': () => native.verify(password, phc),
};

/** Milliseconds between two turns of the loop, which is asked for every one. */
async function measure(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await sleep(50);
  delay.enable();
  const begin = performance.now();
  // As they come from the network: each in a turn of its own.
  const all = [];
  for (let i = 0; i < logIns; i++) {
    all.push(work());
    await new Promise(setImmediate);
  }
  const valid = await Promise.all(all);
  const seconds = (performance.now() - begin) / 1000;
  await sleep(5); // the last wait counts too
  delay.disable();
  if (!valid.every(Boolean)) throw new Error('A right password was not valid.');
  return { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6, seconds };
}

console.log(`Node ${process.version}, ${availableParallelism()} processors; ${logIns} log-ins at once, bcrypt at cost ${cost}; ms between turns of the event loop, worst of ${rounds} rounds\n`);
console.log(`${''.padEnd(28)}${['p50', 'p99', 'max', 'log-ins/s'].map((text) => text.padStart(10)).join('')}`);
for (const [name, work] of Object.entries(contestants)) {
  await work(); // starts a thread, compiles
  const results = [];
  for (let round = 0; round < rounds; round++) results.push(await measure(work));
  const worst = (key) => Math.max(...results.map((result) => result[key]));
  const perSecond = name === 'nothing' ? '' : (logIns / worst('seconds')).toFixed(1);
  console.log(`${name.padEnd(28)}${[worst('p50').toFixed(1), worst('p99').toFixed(1), worst('max').toFixed(1), perSecond].map((text) => text.padStart(10)).join('')}`);
}
await pool[Symbol.asyncDispose]();
await native[Symbol.asyncDispose]();
