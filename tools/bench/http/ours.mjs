// The dispatcher that our hosts serve: with the four features of the hand-assembled contestants, or with all of the default middleware.
import { contract, createDispatcher, implement, list, ok, pageOf, route } from '@org/enterprise-http';
import { defaultMiddleware } from '@org/enterprise-http/middleware';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { page } from './catalogue.mjs';
import { accessLog } from './features.mjs';

const Product = z.object({
  id: z.uuid(), name: z.string(), description: z.string(), category: z.string(), price: z.int(), currency: z.string(), stock: z.int(), version: z.int(), created_at: z.iso.datetime(), updated_at: z.iso.datetime(),
});
const products = list({ sort: ['created_at', 'price'], defaultSort: ['-created_at'], filters: { category: z.string() } });
const api = contract('bench', {
  ping: route({ method: 'GET', path: '/ping', summary: 'Ping', access: 'public', returns: ok(z.object({ pong: z.literal(true) })) }),
  list: route({ method: 'GET', path: '/products', summary: 'List products', access: 'public', query: products.query, returns: ok(pageOf(Product)) }),
});

const write = accessLog();
const logger = { debug() {}, info: (_message, fields) => write(fields), warn() {}, error: console.error, child: () => logger };

const rateLimit = { max: 1_000_000_000, window: { seconds: 60 } };
const asTheOthers = { logger, rateLimit, metrics: false, versionUsage: false, cors: false, compression: false };

export const benchDispatcher = (everything = false) => createDispatcher({
  versions: versionSet({ supported: ['v1', 'v2'], default: 'v1' }),
  routes: [implement(api, {}, () => ({
    ping: async () => ({ pong: true }),
    async list({ query }) {
      const { page: number, pageSize } = products.read(query);
      return page(number, pageSize);
    },
  }))],
  middleware: defaultMiddleware(everything ? { logger, rateLimit } : asTheOthers),
});
