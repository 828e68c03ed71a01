import { sql } from 'drizzle-orm';
import { versionSet } from '@org/enterprise-versioning';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { z } from 'zod';
import { contract, createDispatcher, created, implement, route } from '../src/index.js';
import { nodeServer } from '../src/hosts/node.js';
import { persistenceIdempotencyStore } from '../src/idempotency/persistence.js';

// A process that takes orders, and stands still for ever at the moment it is told: `written`, when the handler has
// written and nothing is committed, or `committed`, when nobody has been answered yet.
const [url, stop] = process.argv.slice(2);
const database = postgresDatabase({ url: url! });
const { unitOfWork } = database;
const standStill = (): Promise<never> => {
  process.stdout.write('still\n');
  return new Promise(() => {});
};

const idempotency = persistenceIdempotencyStore({
  ...database,
  unitOfWork: {
    get active() { return unitOfWork.active; },
    join: (body) => unitOfWork.join(body),
    afterCommit: (hook) => unitOfWork.afterCommit(hook),
    atCommit: (statement, values) => unitOfWork.atCommit(statement, values),
    outside: (body) => unitOfWork.outside(body),
    async run(body, options) {
      const result = await unitOfWork.run(async () => {
        const made = await body();
        return stop === 'written' ? standStill() : made;
      }, options);
      return stop === 'committed' ? standStill() : result;
    },
  },
});

const Order = z.object({ n: z.int() });
const place = route({ method: 'POST', path: '/orders', summary: 'Place', access: 'authenticated', idempotency: 'required', body: z.object({}), returns: created(Order) });
const dispatcher = createDispatcher({
  versions: versionSet({ supported: ['v1'], default: 'v1' }),
  routes: [implement(contract('orders', { place }), {}, () => ({
    async place() {
      await unitOfWork.run(() => database.orm.execute(sql`insert into effects values (1)`));
      return { n: process.pid };
    },
  }))],
  authenticator: { authenticate: () => ({ id: 'ann', kind: 'user', roles: [], permissions: new Set<string>() }) },
  idempotency,
});
const server = await nodeServer(dispatcher).listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${server.url}\n`);
