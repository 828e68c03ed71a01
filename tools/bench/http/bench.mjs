// CPU time a request of the server process, in microseconds, beside the peers. Own process each, rounds in turn; compare the ratios.
// Usage: npm run build && node tools/bench/http/bench.mjs [requests a round] [rounds]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';

const requests = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 5);
const contestants = [['raw', 'raw node:http'], ['ours-node', 'enterprise-http on node:http'], ['ours-node-everything', 'the same, all middleware on'], ['fastify', 'Fastify 5'], ['ours-express', 'enterprise-http on Express 5'], ['express', 'Express 5']];
const scenarios = [['ping', '/api/v1/ping'], ['list of 20', '/api/v1/products?page=1&page_size=20']];

const started = await Promise.all(contestants.map(async ([file, name]) => {
  const child = fork(new URL('server.mjs', import.meta.url), [file], { stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } });
  const [{ port }] = await once(child, 'message');
  return { name, child, url: `http://127.0.0.1:${port}`, figures: new Map(scenarios.map(([scenario]) => [scenario, []])) };
}));

async function cpuOf(child) {
  child.send('cpu');
  const [{ cpu }] = await once(child, 'message');
  return cpu;
}

async function load(url, amount) {
  const result = await autocannon({ url, amount, connections: 32, pipelining: 1 });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${result.non2xx} bad answers, ${result.errors} errors`);
}

for (const { name, url } of started) {
  const texts = await Promise.all(scenarios.map(async ([, path]) => (await fetch(url + path)).text()));
  if (!texts[0].includes('"pong":true') || JSON.parse(texts[1]).data.items.length !== 20) throw new Error(`${name} answers wrongly.`);
}
for (let round = 0; round <= rounds; round++) {
  for (const [scenario, path] of scenarios) {
    for (const { child, url, figures } of started) {
      const before = await cpuOf(child);
      await load(url + path, requests);
      if (round > 0) figures.get(scenario).push((await cpuOf(child) - before) / requests); // the first round warms up
    }
  }
  process.stderr.write(round === 0 ? 'warmed up\n' : `round ${round} of ${rounds}\n`);
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
console.log(`CPU a request in microseconds (median of ${rounds} rounds of ${requests} requests) and ratio to raw node:http; Node ${process.version}\n`);
console.log(`| | ${scenarios.map(([scenario]) => `${scenario} | ratio`).join(' | ')} |\n|---|${'--:|--:|'.repeat(scenarios.length)}`);
for (const { name, figures } of started) {
  const cells = scenarios.map(([scenario]) => {
    // Ratios are taken round by round, so that a machine that slows down slows both.
    const ratios = figures.get(scenario).map((value, round) => value / started[0].figures.get(scenario)[round]);
    return `${median(figures.get(scenario)).toFixed(0)} | ${median(ratios).toFixed(2)}`;
  });
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
for (const { child } of started) child.disconnect();
