// Writes a module with N contract routes (evolved ones if asked for), to measure what they cost the type checker.
export function routesModule(count, evolved, { handlers = true } = {}) {
  const lines = [
    `import { z } from 'zod';`,
    `import { contract, created, evolve, implement, route } from '@org/enterprise-http';`,
  ];
  for (let i = 0; i < count; i++) {
    lines.push(
      `const view${i} = z.object({ id: z.string(), status: z.enum(['a', 'b']), total: z.int(), n${i}: z.string() });`,
      `const r${i} = route({ method: 'POST', path: '/o${i}/{id}', summary: 'x', access: 'a:b', params: z.object({ id: z.string() }), query: z.object({ page: z.int().optional() }), body: z.object({ product_id: z.string(), quantity: z.int().positive() }), returns: created(view${i}) });`,
    );
    if (evolved) lines.push(
      `const e${i} = evolve(r${i}, { since: 'v2', body: z.object({ items: z.array(z.object({ product_id: z.string(), quantity: z.int() })) }), returns: created(view${i}.extend({ total: z.object({ amount: z.int(), currency: z.string() }) })) }, { upgrade: ({ body }) => ({ body: { items: [body] } }), downgrade: (v) => ({ ...v, total: v.total.amount }) });`,
    );
    if (handlers) lines.push(
      `export const c${i} = implement(contract('c${i}', { r: ${evolved ? 'e' : 'r'}${i} }), {}, () => ({ r: async ({ body, params }) => ({ id: params.id, status: 'a', total: ${evolved ? `{ amount: 1, currency: 'E' }` : '1'}, n${i}: ${evolved ? 'body.items[0]!.product_id' : 'body.product_id'} }) }));`,
    );
  }
  return lines.join('\n');
}

/** The same routes in a client, which calls the first `called` of them. */
export function clientModule(count, evolved, called) {
  const tree = Array.from({ length: count }, (_, i) => `c${i}: contract('c${i}', { r: ${evolved ? 'e' : 'r'}${i} })`);
  const lines = [
    `import { createClient } from '@org/enterprise-http/client';`,
    routesModule(count, evolved),
    `export const api = createClient({ ${tree.join(', ')} }, { baseUrl: 'http://127.0.0.1', version: 'v2' });`,
  ];
  for (let i = 0; i < called; i++) {
    const body = `{ product_id: 'x', quantity: 1 }`;
    lines.push(`export const d${i}: Promise<string> = api.c${i}.r({ params: { id: 'x' }, query: { page: 1 }, body: ${evolved ? `{ items: [${body}] }` : body} }).then((data) => data.n${i});`);
  }
  return lines.join('\n');
}

/** The same routes, with what zod alone makes of the inputs that a client would take. */
export function inputsModule(count, evolved) {
  const lines = [routesModule(count, evolved)];
  for (let i = 0; i < count; i++) {
    const part = (name) => `z.input<NonNullable<(typeof ${evolved ? 'e' : 'r'}${i})['spec']['${name}']>>`;
    lines.push(`declare const q${i}: [${part('params')}, ${part('query')}, ${part('body')}];`, `export const u${i} = [q${i}[0].id, q${i}[1].page, q${i}[2].${evolved ? 'items' : 'quantity'}];`);
  }
  return lines.join('\n');
}
