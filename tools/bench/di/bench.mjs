// What one resolution costs: @org/enterprise-di beside bare tsyringe and awilix.
// Run it on the compiled libraries: npx nx build @org/enterprise-di && node tools/bench/di/bench.mjs
import { existsSync } from 'node:fs';

if (!existsSync(new URL('../../../libs/di/dist/container.js', import.meta.url))) {
  console.error('Build the library first: npx nx build @org/enterprise-di');
  process.exit(1);
}
const contestants = await import('./contestants.mjs');

const rounds = 21;
const roundMilliseconds = 20;
const entries = await Promise.all(Object.entries(contestants).map(async ([name, make]) => [name, await make()]));
const cases = Object.keys(entries[0][1]);

let sink;
const time = (work, times) => {
  const begin = process.hrtime.bigint();
  for (let i = 0; i < times; i++) sink = work();
  return Number(process.hrtime.bigint() - begin) / times;
};
/** Warms up and finds how many calls fill a round. */
const calibrate = (work) => {
  let nanoseconds = time(work, 1_000);
  for (let i = 0; i < 5; i++) nanoseconds = time(work, Math.ceil((roundMilliseconds * 1e6) / nanoseconds));
  return Math.ceil((roundMilliseconds * 1e6) / nanoseconds);
};
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

console.log(`Node ${process.version}; ns for one, median of ${rounds} interleaved rounds of ${roundMilliseconds} ms; in brackets times tsyringe\n`);
for (const name of cases) {
  const runs = entries.map(([contestant, work]) => ({ contestant, work: work[name], times: calibrate(work[name]), samples: [] }));
  for (let round = 0; round < rounds; round++) {
    // Another one begins in every round, so that nobody always runs on a fresh heap.
    for (let i = 0; i < runs.length; i++) {
      const run = runs[(round + i) % runs.length];
      run.samples.push(time(run.work, run.times));
    }
  }
  const base = median(runs.find(({ contestant }) => contestant === 'tsyringe').samples);
  console.log(name);
  for (const { contestant, samples } of runs) {
    const value = median(samples);
    console.log(`  ${contestant.padEnd(14)}${value.toFixed(0).padStart(8)} ns  (${(value / base).toFixed(2)})`);
  }
}
if (sink === undefined) process.exitCode = 1;
