// CPU time of GET /me in microseconds: a token is verified, and the user's row is read from PostgreSQL. Own process each, rounds in
// turn; compare the ratios. Usage: npm run build && node tools/bench/me/bench.mjs [requests a round] [rounds]
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import autocannon from 'autocannon';
import { generateSigningKey } from '@org/enterprise-auth/jwt';
import { startPostgres } from '../../services/postgres.ts';

const [requests = 4_000, rounds = 7] = process.argv.slice(2).map(Number);
const contestants = [
  ['fastify', 'Fastify 5, @fastify/jwt'], ['fastify-cached', 'the same, with its cache of verified tokens'], ['ours-node', 'example-api on node:http'],
  ['ours-express', 'example-api on Express 5'], ['express', 'Express 5, jose'],
];
const people = 100;
const command = fileURLToPath(new URL('../../../apps/example-api/dist/db.js', import.meta.url));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const server = await startPostgres({ max_connections: '120' });

/** All contestants with keys of this algorithm, and with tokens that the application has issued. */
async function measure(alg) {
  const url = await server.createDatabase();
  const key = await generateSigningKey(alg);
  const env = { ...process.env, NODE_ENV: 'production', DATABASE_URL: url, JWT_ALG: alg, [alg === 'HS256' ? 'JWT_SECRET' : 'JWT_PRIVATE_KEY']: key };
  await promisify(execFile)(process.execPath, [command, 'migrate'], { env: { ...env, APP_ENV: 'prod' } });
  const started = [];
  for (const [file, name] of contestants) {
    const child = fork(new URL('server.mjs', import.meta.url), [file], { stdio: 'inherit', env });
    const [{ port }] = await once(child, 'message');
    started.push({ file, name, child, url: `http://127.0.0.1:${port}/api/v2`, figures: new Map() });
  }
  const ours = started.find(({ file }) => file === 'ours-node').url;
  const post = async (path, body) => (await (await fetch(`${ours}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json()).data;
  const tokens = [];
  for (let i = 0; i < people; i++) {
    const email = `user${i}@example.com`;
    await post('/auth/register', { email, password: 'for the benchmark', name: { given: 'User', family: String(i) } });
    tokens.push((await post('/auth/login', { email, password: 'for the benchmark' })).access_token);
  }
  const asked = tokens.map((token) => ({ path: '/api/v2/me', headers: { authorization: `Bearer ${token}` } }));

  // Everyone has to give the same answer, and to refuse a token that was changed.
  const answers = await Promise.all(started.map(async (each) => {
    const [good, bad] = await Promise.all([tokens[0], `${tokens[0].slice(0, -4)}AAAA`].map((token) => fetch(`${each.url}/me`, { headers: { authorization: `Bearer ${token}` } })));
    return JSON.stringify([good.status, Object.entries((await good.json()).data).sort(), bad.status]);
  }));
  const wrong = answers.findIndex((answer) => answer !== answers[0]);
  if (wrong !== -1) throw new Error(`${started[wrong].name} answers ${answers[wrong]}, not ${answers[0]}`);

  const cpuOf = async ({ child }) => {
    child.send('cpu');
    const [{ cpu }] = await once(child, 'message');
    return cpu;
  };
  const load = async ({ url: at }, connections) => {
    const result = await autocannon({ url: at, amount: requests, connections, requests: asked });
    if (result.non2xx > 0 || result.errors > 0) throw new Error(`${at}: ${result.non2xx} bad answers, ${result.errors} errors`);
  };
  for (const each of started) await load(each, 8);
  for (let round = 0; round < rounds; round++) {
    for (const connections of [8, 32]) {
      for (const each of started) {
        const before = await cpuOf(each);
        await load(each, connections);
        const figures = each.figures.get(connections) ?? [];
        figures.push(((await cpuOf(each)) - before) / requests);
        each.figures.set(connections, figures);
      }
    }
    process.stderr.write(`${alg}: round ${round + 1} of ${rounds}\n`);
  }
  for (const connections of [8, 32]) {
    console.log(`\n| GET /me, ${alg}, ${connections} clients | CPU | ratio | requests a second of CPU |\n|---|--:|--:|--:|`);
    for (const { name, figures } of started) {
      const values = figures.get(connections);
      const ratio = median(values.map((value, round) => value / started[0].figures.get(connections)[round]));
      console.log(`| ${name} | ${median(values).toFixed(0)} | ${ratio.toFixed(2)} | ${(1_000_000 / median(values)).toFixed(0)} |`);
    }
  }
  for (const { child } of started) child.disconnect();
}

console.log(`CPU a request in microseconds (median of ${rounds} rounds of ${requests}) and ratio to Fastify, tokens of ${people} users, Node ${process.version}`);
for (const alg of ['ES256', 'HS256']) await measure(alg);
await server[Symbol.asyncDispose]();
