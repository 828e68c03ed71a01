import { join } from 'node:path';
import ts from 'typescript';
import { clientModule, routesModule } from '../bench/types/generate.mjs';
import { root } from '../workspace.mjs';

const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path)).config.compilerOptions as object;
const { options } = ts.convertCompilerOptionsFromJson({ ...base, composite: false, declaration: false, declarationMap: false, noEmit: true, noUnusedLocals: false }, root);

// Only in memory, but within the workspace, so that packages are found as a user's module would find them.
const planted = new Map<string, string>();
const plant = (name: string, source: string): string => {
  const path = join(root, `tools/planted-${name}.ts`);
  planted.set(path, source);
  return path;
};
let program: ts.Program;

/** Checks a module; what the compiler has learnt from those before is not counted again. */
function check(path: string): { readonly faults: readonly ts.Diagnostic[]; readonly instantiations: number } {
  const before = program.getInstantiationCount();
  const faults = program.getSemanticDiagnostics(program.getSourceFile(path));
  return { faults, instantiations: program.getInstantiationCount() - before };
}

beforeAll(() => {
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => planted.has(path) || fileExists(path);
  host.getSourceFile = (path, settings, ...rest) => {
    const source = planted.get(path);
    return source === undefined ? getSourceFile(path, settings, ...rest) : ts.createSourceFile(path, source, settings);
  };
  program = ts.createProgram([...planted.keys()], options, host);
});

describe('what does not fit a contract is said in the terms of the contract:', () => {
  const shared = `
    import { contract, created, evolve, implement, noContent, ok, route } from '@org/enterprise-http';
    import { createClient } from '@org/enterprise-http/client';
    import { z } from 'zod';
    const view = z.object({ id: z.string(), total: z.int() });
    const get = route({ method: 'GET', path: '/orders/{id}', summary: 'x', access: 'public', params: z.object({ id: z.string() }), returns: ok(view) });
    const place = route({ method: 'POST', path: '/orders', summary: 'x', access: 'public', body: z.object({ product: z.string() }), returns: created(view) });
    const api = createClient(contract('orders', { get, place }), { baseUrl: '', version: 'v1' });
  `;
  const cases: readonly (readonly [mistake: string, statement: string, message: string])[] = [
    ['a field of an answer has another type', `implement(contract('x', { get }), {}, () => ({ get: () => ({ id: 1, total: 1 }) }));`, `Type 'number' is not assignable to type 'string'.`],
    ['a field of a later answer is missing', `implement(contract('x', { get }), {}, () => ({ get: async () => ({ id: '1' }) }));`, `Property 'total' is missing in type '{ id: string; }' but required in type '{ id: string; total: number; }'.`],
    ['a handler is missing', `implement(contract('x', { get, place }), {}, () => ({ get: () => ({ id: '1', total: 1 }) }));`, `Property 'place' is missing in type '{ get: () => { id: string; total: number; }; }'`],
    ['a handler reads what the body does not have', `implement(contract('x', { place }), {}, () => ({ place: ({ body }) => ({ id: body.prodct, total: 1 }) }));`, `Property 'prodct' does not exist on type '{ product: string; }'. Did you mean 'product'?`],
    ['a version changes its body without saying how', `evolve(place, { since: 'v2', body: z.object({ items: z.array(z.string()) }) }, {});`, `Property 'upgrade' is missing in type '{}'`],
    ['an upgrade makes another body', `evolve(place, { since: 'v2', body: z.object({ items: z.array(z.string()) }) }, { upgrade: ({ body }) => ({ body: { items: body.product } }) });`, `Type 'string' is not assignable to type 'string[]'.`],
    ['a downgrade leaves a field out', `evolve(get, { since: 'v2', returns: ok(z.object({ id: z.string() })) }, { downgrade: (newer) => ({ id: newer.id }) });`, `Property 'total' is missing in type '{ id: string; }' but required in type '{ id: string; total: number; }'.`],
    ['a route does not say who may call it', `route({ method: 'GET', path: '/x', summary: 'x', returns: noContent() });`, `Property 'access' is missing in type`],
    ['a client sends a field that the body does not have', `api.place({ body: { prodct: 'x' } });`, `Object literal may only specify known properties, but 'prodct' does not exist in type '{ product: string; }'. Did you mean to write 'product'?`],
    ['a client leaves out the parameters', `api.get({});`, `Property 'params' is missing in type '{}' but required in type '{ readonly params: { id: string; }; }'.`],
  ];
  const path = plant('mistakes', `${shared.replaceAll('\n', ' ')}\n${cases.map(([, statement]) => statement).join('\n')}`);
  let messages: readonly string[];

  beforeAll(() => {
    const { faults } = check(path);
    messages = cases.map((_, i) => faults.filter((fault) => lineOf(fault) === i + 1).map((fault) => ts.flattenDiagnosticMessageText(fault.messageText, '\n')).join('\n'));
  });
  const lineOf = ({ file: source, start }: ts.Diagnostic): number => source!.getLineAndCharacterOfPosition(start!).line;

  test.each(cases.map(([mistake, , message], i) => [mistake, message, i] as const))('%s', (_, message, i) => {
    expect(messages[i]).toContain(message);
  });
});

describe('type instantiations', () => {
  const count = 20;
  // The same on every machine. What has grown beyond its bound is a reason to look; docs/performance.md has the figures.
  const cases = ([
    ['a route with its handler', 1_000, (n: number) => routesModule(n, false)],
    ['an evolved route', 2_200, (n: number) => routesModule(n, true, { handlers: false })],
    ['an evolved route with its handler', 3_000, (n: number) => routesModule(n, true)],
    ['a route with its handler and a call', 1_600, (n: number) => clientModule(n, false, n)],
  ] as const).map(([what, bound, module], i) => [what, bound, plant(`first-${i}`, module(1)), plant(`more-${i}`, module(count))] as const);

  test.each(cases)('%s needs no more than %d', (_, bound, first, more) => {
    const once = check(first);
    const { faults, instantiations } = check(more);
    expect([...once.faults, ...faults]).toEqual([]);
    expect(instantiations / count).toBeGreaterThan(bound / 2);
    expect(instantiations / count).toBeLessThanOrEqual(bound);
  });
});
