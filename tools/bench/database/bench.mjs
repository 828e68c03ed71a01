// CPU time a request of the server process and of PostgreSQL, in microseconds, for a catalogue in PostgreSQL. Own process each,
// rounds in turn; compare the ratios. Says as well how often PostgreSQL planned what it executed.
// Usage: npm run build && node tools/bench/database/bench.mjs [requests a round] [rounds] [products] [scenarios] [contestants]
// e.g. 3000 5 100000 order,list raw,fastify,ours-node; the first contestant is what the others are compared with
import { fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';
import { startCatalogue } from './database.mjs';

const [requests = 3_000, rounds = 5, amount = 100_000] = process.argv.slice(2, 5).map(Number);
const [wanted = ['id', 'list', 'order'], ...only] = process.argv.slice(5).map((names) => names.split(','));
const contestants = [['raw', 'raw node:http, postgres.js'], ['ours-node', 'example-api on node:http'], ['ours-node-undelivered', 'the same, its events left in the outbox'], ['fastify', 'Fastify 5, postgres.js'], ['ours-express', 'example-api on Express 5'], ['express', 'Express 5, drizzle'], ['nest', 'NestJS 12 on Express, drizzle']].filter(([name]) => only.length === 0 || only.flat().includes(name));

const database = await startCatalogue(amount);
const { ids } = database;
const base = '/api/v2/products';
const items = (i) => [0, 1, 2].map((k) => ({ product_id: ids[(3 * i + k) % ids.length], quantity: 1 + k }));
const order = { name: 'an order with three lines', amount: Math.ceil(requests / 3), paths: ['/api/v2/orders'], bodies: Array.from({ length: 100 }, (_, i) => JSON.stringify({ items: items(i) })) };
const byId = { name: 'product by id', amount: requests, paths: ids.map((id) => `${base}/${id}`) };
// Counting a quarter of the products is most of the work of a list: a fifth of the requests takes longer still.
const list = { name: 'list of 20 with total', amount: Math.ceil(requests / 5), paths: Array.from({ length: 10 }, (_, i) => `${base}?category=tea&sort=price&page_size=20&page=${i + 1}`) };
// More clients than connections have to wait, or to share: a driver that pipelines sends several statements in one write.
const scenarios = Object.entries({ id: byId, list, order }).filter(([name]) => wanted.includes(name)).flatMap(([, scenario]) => [8, 32].map((clients) => ({ ...scenario, clients })));

const started = [];
for (const [file, name] of contestants) {
  const own = await database.copy();
  const child = fork(new URL('server.mjs', import.meta.url), [file], { stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production', DATABASE_URL: own } });
  const [{ port }] = await once(child, 'message');
  started.push({ name, child, database: own, url: `http://127.0.0.1:${port}`, figures: new Map(scenarios.map((scenario) => [scenario, { server: [], postgres: [], both: [] }])) });
}

// Until events are delivered, where somebody does.
const settled = () => new Promise((resolve) => { setTimeout(resolve, 1_500); });

async function cpuOf(child) {
  child.send('cpu');
  const [{ cpu }] = await once(child, 'message');
  const postgres = database.cpu();
  return { server: cpu, postgres, both: cpu + postgres };
}

const post = (path, body) => ({ method: 'POST', path, body, headers: { 'content-type': 'application/json', 'x-user': '01890a5d-ac96-774b-bcce-b302099a8057' } });

async function load({ url }, { amount: count, paths, bodies, clients }) {
  const asked = bodies ? bodies.map((body) => post(paths[0], body)) : paths.map((path) => ({ path }));
  const result = await autocannon({ url, amount: count, connections: clients, pipelining: 1, requests: asked });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}${paths[0]}: ${result.non2xx} bad answers, ${result.errors} errors`);
}

// Everyone has to give the same answers; a cursor may look as it likes.
const answersOf = ({ url }) => Promise.all([byId, list].flatMap(({ paths }) => [paths[0], paths.at(-1)]).map(async (path) => {
  const response = await fetch(url + path);
  const { data } = await response.json();
  if (data.next_cursor) data.next_cursor = typeof data.next_cursor;
  const sorted = (_key, value) => (value?.constructor === Object ? Object.fromEntries(Object.entries(value).sort()) : value);
  return JSON.stringify([response.status, data, path.includes('?') || response.headers.get('etag')], sorted);
}));
const placedBy = async ({ url }) => {
  const { path, ...request } = post(order.paths[0], order.bodies[0]);
  const response = await fetch(url + path, request);
  const { data: { id, created_at, updated_at, items: lines, ...data } } = await response.json();
  return JSON.stringify([response.status, Object.entries(data).sort(), lines.map(({ product_id, quantity, unit_price: { amount } }) => [product_id, quantity, amount]), [id, created_at, updated_at].map((each) => typeof each)]);
};
// Orders change products, so these come after.
for (const answersTo of [answersOf, async (contestant) => [await placedBy(contestant)]]) {
  const expected = await answersTo(started[0]);
  for (const contestant of started) {
    const answers = await answersTo(contestant);
    const wrong = answers.findIndex((answer, i) => answer !== expected[i]);
    if (wrong !== -1) throw new Error(`${contestant.name} answers ${answers[wrong].slice(0, 500)}, not ${expected[wrong].slice(0, 500)}`);
  }
}

// The first round warms up; what PostgreSQL does in it is told in the second table.
const planned = [];
const perOrder = [];
for (const contestant of started) {
  for (const scenario of [byId, list]) {
    await database.forgetStatements();
    await load(contestant, { ...scenario, clients: 32 });
    for (const statement of await database.statements(contestant.database)) planned.push({ name: contestant.name, scenario: scenario.name, ...statement });
  }
  await load(contestant, { ...order, clients: 32 });
  await settled();
  await database.forgetStatements();
  await load(contestant, { ...order, clients: 8 });
  await settled();
  perOrder.push({ name: contestant.name, statements: await database.executed(contestant.database) / order.amount });
}
process.stderr.write('warmed up\n');
for (let round = 1; round <= rounds; round++) {
  for (const scenario of scenarios) {
    for (const contestant of started) {
      const before = await cpuOf(contestant.child);
      await load(contestant, scenario);
      if (scenario.bodies) await settled();
      const after = await cpuOf(contestant.child);
      const figures = contestant.figures.get(scenario);
      for (const part of ['server', 'postgres', 'both']) figures[part].push((after[part] - before[part]) / scenario.amount);
    }
  }
  process.stderr.write(`round ${round} of ${rounds}\n`);
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
console.log(`CPU a request in microseconds (median of ${rounds} rounds) and ratio to raw node:http; ${amount} products, 10 connections to PostgreSQL each, Node ${process.version}`);
for (const scenario of scenarios) {
  console.log(`\n| ${scenario.name}, ${scenario.clients} clients, ${scenario.amount} requests | server | ratio | PostgreSQL | ratio | both | ratio |\n|---|--:|--:|--:|--:|--:|--:|`);
  for (const { name, figures } of started) {
    const cells = ['server', 'postgres', 'both'].map((part) => {
      const values = figures.get(scenario)[part];
      if (values.some(Number.isNaN)) return '? | ?'; // the system does not tell
      // Ratios are taken round by round, so that a machine that slows down slows both.
      const ratios = values.map((value, round) => value / started[0].figures.get(scenario)[part][round]);
      return `${median(values).toFixed(0)} | ${median(ratios).toFixed(2)}`;
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

console.log('\nHow often PostgreSQL planned a statement in the round that warmed up. It plans what is prepared up to six times on each of the ten connections, then keeps a plan, unless plans made for the values at hand look cheaper.\n');
console.log('| | statement | executed | planned |\n|---|---|--:|--:|');
for (const { name, scenario, counts, calls, plans } of planned) console.log(`| ${name} | ${scenario}${counts ? ': the total' : ''} | ${calls} | ${plans} |`);

console.log('\nStatements an order, with begin and commit and, of the applications, with the delivery of its event.\n\n| | statements |\n|---|--:|');
for (const { name, statements } of perOrder) console.log(`| ${name} | ${statements.toFixed(1)} |`);

for (const { child } of started) child.disconnect();
await database.stop();
