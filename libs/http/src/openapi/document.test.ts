import { headerVersion, versionSet } from '@org/enterprise-versioning';
import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';
import { implementations, OutOfStock, shop } from '../../test/shop.js';
import { contract, createDispatcher, implement, memoryIdempotencyStore, noContent, ok, route, type CreateDispatcherOptions, type Route } from '../index.js';
import { openApiDocument, type OpenApiDocumentOptions } from './index.js';

const info = { title: 'Shop', description: 'All of it.' };
const describeShop = (version: string, options: Partial<OpenApiDocumentOptions> = {}): any => openApiDocument(shop(), { version, info, ...options });
const v1 = describeShop('v1');
const v2 = describeShop('v2');

const one = versionSet({ supported: ['v1'], default: 'v1' });
/** The document of a single route. */
function describeRoute(declaration: Route, options: Partial<OpenApiDocumentOptions> = {}, dispatcher: Partial<CreateDispatcherOptions> = {}): any {
  const implementation = implement(contract('things', { it: declaration }), {}, () => ({ it: () => undefined as any }));
  return openApiDocument(createDispatcher({ versions: one, routes: [implementation], ...dispatcher }), { version: 'v1', info, ...options });
}
const operationOf = (...of: Parameters<typeof describeRoute>): any => Object.values(Object.values(describeRoute(...of).paths)[0] as any)[0];
const named = (operation: any, name: string): any => operation.parameters?.find((parameter: any) => parameter.name === name);
const get = { method: 'GET', path: '/things', summary: 'x', access: 'public' } as const;
const dataOf = (operation: any, status = 200): any => operation.responses[status].content['application/json'].schema.properties.data;

describe('a document', () => {
  test('describes its version alone, under the address that the version has', () => {
    expect(v1.servers).toEqual([{ url: '/api/v1' }]);
    expect(v2.servers).toEqual([{ url: '/api/v2' }]);
    expect(Object.keys(v1.paths)).toContain('/categories');
    expect(Object.keys(v1.paths['/categories'])).toEqual(['get', 'put']);
    expect(Object.keys(v2.paths['/categories'])).toEqual(['put']); // until v2
    expect(dataOf(v1.paths['/products/{id}'].get)).toEqual({ $ref: '#/components/schemas/Product' });
    expect(v1.components.schemas.Product.properties).toMatchObject({ price: { type: 'integer' }, currency: { type: 'string' } });
    expect(v2.components.schemas.Product.properties.price).toEqual({ $ref: '#/components/schemas/Money' });
  });

  test('is the same, byte for byte, whenever it is made', () => {
    expect(JSON.stringify(describeShop('v2'))).toBe(JSON.stringify(v2));
  });

  test('does not depend on the order in which contracts are given', () => {
    const reversed: any = openApiDocument(shop({ routes: [...implementations].reverse() }), { version: 'v2', info });
    expect(JSON.stringify(reversed.paths)).toBe(JSON.stringify(v2.paths));
    expect(JSON.stringify(reversed.components)).toBe(JSON.stringify(v2.components));
  });

  test('says in words what a lifecycle says in headers', () => {
    expect(v1.info).toEqual({
      title: 'Shop', version: 'v1',
      description: 'All of it.\n\nVersion v1 is deprecated since 2026-01-01. It may stop answering on 2027-01-01. Its successor is `/api/v2`. More about it: <https://shop.test/versions>.',
    });
    expect(v2.info.description).toBe('All of it.');
  });

  test('puts the path of the version behind every given server', () => {
    expect(describeShop('v2', { servers: [{ url: 'https://api.shop.test', description: 'Live' }] }).servers).toEqual([{ url: 'https://api.shop.test/api/v2', description: 'Live' }]);
  });

  test('orders tags as they are described, and lists only those in use', () => {
    expect(describeShop('v2', { tags: { orders: 'Bought.', ghosts: 'None.' } }).tags).toEqual([{ name: 'orders', description: 'Bought.' }, { name: 'products' }, { name: 'catalogue' }]);
  });

  test('asks for the version in a header where the path does not name it', () => {
    const versions = versionSet({ supported: ['v1', 'v2'], default: 'v1', strategies: [headerVersion()] });
    const served = createDispatcher({ versions, routes: [implement(contract('things', { it: route({ ...get, returns: noContent() }) }), {}, () => ({ it: () => undefined }))] });
    const parameter = (version: string): any => (openApiDocument(served, { version, info }) as any).paths['/things'].get.parameters[0];
    expect(openApiDocument(served, { version: 'v2', info }).servers).toEqual([{ url: '/' }]);
    expect(parameter('v2')).toMatchObject({ name: 'X-API-Version', in: 'header', required: true, schema: { const: 'v2' } });
    expect(parameter('v1')).toMatchObject({ required: false });
  });

  test('cannot be made of a version that does not exist', () => {
    expect(() => describeShop('v9')).toThrow('There is no API version "v9" (v1, v2).');
  });
});

describe('an operation', () => {
  test('has a name, a tag, texts and the permission it needs', () => {
    expect(v2.paths['/products'].post).toMatchObject({
      operationId: 'products.create', tags: ['products'], summary: 'Add a product', description: 'Needs the permission `products:write`.', 'x-access': 'products:write', security: [{ bearer: [] }],
    });
    expect(v2.paths['/products'].get).toMatchObject({ description: 'All that can be *bought*.', 'x-access': 'public', security: [] });
    expect(v2.paths['/categories'].put).toMatchObject({ description: 'Only for the keeper of the shop.', 'x-access': { policy: 'shops.own', allow: { keeper: 'by name' } }, security: [{ bearer: [] }] });
    expect(v2.paths['/categories'].put.responses['404'].description).toBe('`SHOP_NOT_FOUND`: There is no such shop.');
    expect(v2.paths['/categories'].put.responses['403']).toEqual({ $ref: '#/components/responses/FORBIDDEN' });
  });

  test('is deprecated where its route or its version is', () => {
    expect(v1.paths['/products'].get.deprecated).toBe(true);
    expect(v2.paths['/products'].get).not.toHaveProperty('deprecated');
    expect(v2.paths['/products.csv'].get.deprecated).toBe(true);
  });

  test('takes any one of the authenticator\'s ways to identify oneself', () => {
    const key = { type: 'apiKey', in: 'header', name: 'X-API-Key' };
    const document = describeShop('v2', { authenticator: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }, securitySchemes: { key } });
    expect(document.paths['/orders'].post.security).toEqual([{ token: [] }, { key: [] }]);
    expect(Object.keys(document.components.securitySchemes)).toEqual(['token', 'key']);
  });

  test('names no way to identify oneself where nobody has to', () => {
    expect(describeRoute(route({ ...get, returns: noContent() })).components).not.toHaveProperty('securitySchemes');
  });
});

describe('parameters', () => {

  test('come from the path, the query and the headers, as a client writes them', () => {
    const { get: list } = v2.paths['/products'];
    expect(named(v2.paths['/products/{id}'].get, 'id')).toEqual({ name: 'id', in: 'path', required: true, description: 'Id of the product.', schema: { type: 'string', format: 'uuid' } });
    expect(named(list, 'page_size')).toMatchObject({ in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } });
    expect(named(list, 'category')).toMatchObject({ style: 'form', explode: true, description: 'Any of these.', schema: { type: 'array', items: { type: 'string' } } });
    expect(named(list, 'q')).toMatchObject({ deprecated: true });
    expect(named(v2.paths['/orders'].post, 'idempotency-key')).toMatchObject({ in: 'header', required: false, description: 'Makes a repeated request harmless.' });
    expect(named(v2.paths['/orders'].post, 'authorization')).toBeUndefined(); // described by its security
  });

  test('include the preconditions', () => {
    expect(named(v2.paths['/products/{id}'].patch, 'If-Match')).toMatchObject({ in: 'header', required: true });
    expect(named(v2.paths['/products/{id}'].delete, 'If-Match')).toMatchObject({ required: false });
    expect(named(v2.paths['/products/{id}'].get, 'If-None-Match')).toMatchObject({ required: false });
    expect(named(v2.paths['/orders'].post, 'If-None-Match')).toBeUndefined();
  });

  test('of a query that is put together are all there, required where every way requires them', () => {
    const query = z.intersection(z.object({ a: z.string() }), z.union([z.object({ by: z.literal('x'), x: z.int() }), z.object({ by: z.literal('y') })]));
    const { parameters } = operationOf(route({ ...get, query, returns: noContent() }));
    expect(parameters.map(({ name, required }: any) => [name, required])).toEqual([['a', true], ['by', true], ['x', false]]);
  });
});

describe('a request body', () => {
  const post = { ...get, method: 'POST', returns: noContent() } as const;
  const contentOf = (body: any): any => operationOf(route({ ...post, body })).requestBody.content['application/json'];

  test('refuses unknown keys, as the dispatcher does', () => {
    const { schema } = contentOf(z.object({ a: z.object({ b: z.string() }), loose: z.looseObject({}) }));
    expect(schema).toMatchObject({ additionalProperties: false, properties: { a: { additionalProperties: false }, loose: { additionalProperties: {} } } });
  });

  test('stays open below an intersection, whose sides know half of the keys each', () => {
    const { schema } = contentOf(z.intersection(z.object({ a: z.object({ c: z.string() }) }), z.object({ b: z.string() })));
    expect(JSON.stringify(schema)).not.toContain('"additionalProperties":false');
  });

  test('with a name becomes a component of its own where requests and answers read differently', () => {
    expect(v2.components.schemas.MoneyInput).toEqual({ ...v2.components.schemas.Money, additionalProperties: false });
    expect(v2.paths['/products'].post.requestBody.content['application/json'].schema.properties.price).toEqual({ $ref: '#/components/schemas/MoneyInput' });
    expect(v1.components.schemas.CategoryInput.properties.children.items).toEqual({ $ref: '#/components/schemas/CategoryInput' });
  });

  test('that refers to itself without a name gets one', () => {
    const Tree = z.object({ get left() { return Tree.optional(); } });
    const document = describeRoute(route({ ...post, body: Tree }));
    expect(document.paths['/things'].post.requestBody.content['application/json'].schema).toEqual({ $ref: '#/components/schemas/ThingsItBody' });
    expect(document.components.schemas.ThingsItBody.properties.left).toEqual({ $ref: '#/components/schemas/ThingsItBody' });
  });

  test('may be left out where its schema takes nothing', () => {
    expect(operationOf(route({ ...post, body: z.object({ a: z.string() }).optional() })).requestBody.required).toBe(false);
    expect(operationOf(route({ ...post, body: z.object({ a: z.string() }) })).requestBody.required).toBe(true);
  });

  test('of another kind has the media types of its reader', () => {
    expect(Object.keys(v2.paths['/products/{id}/image'].put.requestBody.content)).toEqual(['image/png', 'image/webp']);
  });

  test('is shown as a client writes it: dates as text, no bounds that every number has, no pattern beside its format', () => {
    const { schema } = contentOf(z.object({ at: z.coerce.date(), n: z.int(), id: z.uuid(), code: z.string().regex(/^[a-z]{2}$/), example: z.object({ $ref: z.string() }), map: z.record(z.string(), z.boolean()) }));
    expect(schema.properties).toEqual({
      at: { type: 'string', format: 'date-time' }, n: { type: 'integer', format: 'int64' }, id: { type: 'string', format: 'uuid' }, code: { type: 'string', pattern: '^[a-z]{2}$' },
      example: { type: 'object', properties: { $ref: { type: 'string' } }, required: ['$ref'], additionalProperties: false }, map: { type: 'object', additionalProperties: { type: 'boolean' } },
    });
  });

  test('cannot share its id with another schema', () => {
    const body = z.object({ a: z.object({}).meta({ id: 'Twice' }) });
    const returns = ok(z.object({ a: z.object({ b: z.string() }).meta({ id: 'Twice' }), b: z.string() }).meta({ id: 'Fault' }));
    expect(() => describeRoute(route({ ...post, body, returns }))).toThrow('The schema id "Fault" is taken by the document itself');
    expect(() => describeRoute(route({ ...post, returns: ok(z.object({ x: z.object({ a: z.int() }).meta({ id: 'Same' }) })), errors: [defineError('ODD', { kind: 'conflict', title: 'Odd.', details: z.object({ y: z.object({ b: z.int() }).meta({ id: 'Same' }) }) })] }))).toThrow('Two different schemas have the id "Same"');
  });
});

describe('answers', () => {
  const statuses = (operation: any): string[] => Object.keys(operation.responses);

  test('wrap their data in the envelope and name their headers', () => {
    const created = v2.paths['/products'].post.responses[201];
    expect(created.content['application/json'].schema).toEqual({
      type: 'object', required: ['code', 'message', 'data'],
      properties: { code: { type: 'string', const: 'OK' }, message: { type: 'string' }, data: { $ref: '#/components/schemas/Product' } },
    });
    expect(Object.keys(created.headers)).toEqual(['ETag', 'Location', 'X-Request-Id', 'RateLimit-Policy', 'RateLimit']);
    expect(Object.keys(v1.paths['/orders'].post.responses[201].headers)).toEqual(expect.arrayContaining(['Deprecation', 'Sunset', 'Link']));
    expect(Object.keys(v2.paths['/products.csv'].get.responses[200].headers)).toEqual(expect.arrayContaining(['Content-Disposition', 'Deprecation']));
  });

  test('come in every declared form', () => {
    expect(v2.paths['/products/{id}'].patch.responses[204]).not.toHaveProperty('content');
    expect(v2.paths['/products/{id}/image'].put.responses[204].description).toBe('The picture is there.');
    expect(v2.paths['/products.csv'].get.responses[200].content).toEqual({ 'text/csv': { schema: { type: 'string' } } });
    expect(v2.paths['/products/{id}/events'].get.responses[200].content['text/event-stream'].schema).toMatchObject({ type: 'string', contentSchema: { $ref: '#/components/schemas/StockChange' } });
    expect(statuses(v2.paths['/categories'].put)).toEqual(expect.arrayContaining(['200', '202']));
    expect(statuses(v2.paths['/products/{id}'].get)).toContain('304');
  });

  test('to errors are those that the route can give', () => {
    expect(statuses(v2.paths['/products/{id}'].patch)).toEqual(['204', '400', '401', '403', '412', '413', '415', '428', '429', '500', 'default']);
    expect(statuses(v2.paths['/products/{id}'].delete)).toEqual(['204', '400', '401', '403', '412', '429', '500', 'default']);
    expect(statuses(v2.paths['/products'].get)).toEqual(['200', '304', '400', '406', '429', '500', 'default']);
    expect(statuses(v2.paths['/orders'].post)).toEqual(['201', '400', '401', '406', '409', '413', '415', '429', '500', 'default']);
    expect(statuses(v2.paths['/orders/{id}'].get)).toEqual(['200', '400', '401', '403', '404', '406', '500', 'default']); // without a rate limit
  });

  test('says what a route makes of an Idempotency-Key', () => {
    const write = { method: 'POST', path: '/things', summary: 'x', access: 'authenticated', returns: noContent() } as const;
    const idempotency = memoryIdempotencyStore();
    const optional = operationOf(route({ ...write, idempotency: 'optional' }), {}, { idempotency });
    expect(named(optional, 'Idempotency-Key')).toMatchObject({ in: 'header', required: false });
    expect(statuses(optional)).toEqual(['204', '400', '401', '409', '422', '429', '500', 'default']);
    const document = describeRoute(route({ ...write, idempotency: 'required' }), {}, { idempotency });
    const { post } = document.paths['/things'];
    expect(named(post, 'Idempotency-Key')).toMatchObject({ in: 'header', required: true });
    expect(post.responses[204].headers).toHaveProperty('Idempotency-Replayed');
    const at = (status: number): any => document.components.responses[post.responses[status].$ref.split('/').at(-1)];
    expect([at(400).description, Object.keys(at(409).headers), at(422).description]).toEqual([expect.stringContaining('IDEMPOTENCY_KEY_REQUIRED'), ['Retry-After'], expect.stringContaining('IDEMPOTENCY_KEY_REUSED')]);
    expect(named(operationOf(route(write)), 'Idempotency-Key')).toBeUndefined();
  });

  test('to declared errors have their codes and details, in both formats', () => {
    const conflict = v2.paths['/orders'].post.responses[409];
    expect(conflict.description).toBe('- `OUT_OF_STOCK`: Some items are out of stock.\n- `ORDER_STATE_CONFLICT`: The order is past that &#60;state&#62;.');
    expect(Object.keys(conflict.content)).toEqual(['application/json', 'application/problem+json']);
    expect(conflict.content['application/json'].schema.oneOf).toEqual(['OUT_OF_STOCK', 'ORDER_STATE_CONFLICT'].map((code) => ({ allOf: [{ $ref: '#/components/schemas/ErrorAnswer' }, { $ref: `#/components/schemas/${code}` }] })));
    expect(v2.components.schemas.OUT_OF_STOCK).toMatchObject({ required: ['code', 'details'], properties: { code: { const: OutOfStock.code }, details: { required: ['product_ids'] } } });
    expect(v2.components.schemas.ORDER_NOT_FOUND).toMatchObject({ required: ['code'] });
    expect(Object.keys(conflict.content['application/problem+json'].examples)).toEqual(['OUT_OF_STOCK', 'ORDER_STATE_CONFLICT']);
    expect(conflict.content['application/problem+json'].examples.OUT_OF_STOCK.value).toMatchObject({ title: 'Some items are out of stock.', status: 409, code: 'OUT_OF_STOCK' });
  });

  test('share one component where nothing differs', () => {
    expect(v2.paths['/products'].get.responses[400]).toEqual({ $ref: '#/components/responses/VALIDATION_FAILED-API_VERSION_CONFLICT' });
    expect(v2.paths['/orders'].post.responses[400]).toEqual(v2.paths['/products'].get.responses[400]);
  });

  test('leave room for the codes of authenticators and limits, and name those that are told', () => {
    const TokenExpired = defineError('TOKEN_EXPIRED', { kind: 'unauthenticated', title: 'The token has expired.' });
    const { responses } = describeShop('v2', { errors: [TokenExpired] }).components;
    expect(responses['UNAUTHENTICATED-TOKEN_EXPIRED'].content['application/json'].schema.anyOf.map((option: any) => option.$ref ?? option.allOf[1].$ref)).toEqual(
      ['UNAUTHENTICATED', 'TOKEN_EXPIRED', 'ErrorAnswer'].map((name) => `#/components/schemas/${name}`),
    );
    expect(describeShop('v2', { errors: [TokenExpired] }).paths['/products'].get.responses).not.toHaveProperty('401');
  });
});

describe('examples', () => {
  const exampleOf = (schema: z.ZodType, example?: unknown): any => operationOf(route({ ...get, returns: ok(schema, example === undefined ? {} : { example }) })).responses[200].content['application/json'].example?.data;

  test('are the declared ones', () => {
    expect(v2.paths['/orders'].post.responses[201].content['application/json'].example.data).toEqual({ id: '0198c0de-0000-7000-8000-000000000001', status: 'placed', total: 900 });
    expect(v2.paths['/products/{id}'].patch.requestBody.content['application/json'].example).toEqual({ name: 'Green tea' });
    expect(exampleOf(z.object({ a: z.string().meta({ example: 'tea' }), b: z.string().meta({ examples: ['x', 'y'] }) }))).toEqual({ a: 'tea', b: 'x' });
  });

  test('are made from the schema otherwise, and fit it', () => {
    expect(exampleOf(z.object({
      id: z.uuid(), at: z.iso.datetime(), mail: z.email(), name: z.string(), code: z.string().regex(/^[A-Z]{3}-\d{2,}(?:x|y)?$/), long: z.string().min(8), short: z.string().max(2), n: z.int().min(5),
      even: z.int().multipleOf(4).min(6), below: z.number().max(-1), kind: z.enum(['b', 'a']), both: z.union([z.null(), z.string()]), list: z.array(z.int()).min(2), pair: z.tuple([z.string(), z.boolean()]), map: z.record(z.string(), z.int()),
    }))).toEqual({
      id: expect.any(String), at: '2026-01-31T09:30:00Z', mail: 'ada@example.com', name: 'name', code: 'AAA-00', long: 'long....', short: 'sh', n: 5,
      even: 8, below: -1, kind: 'b', both: null, list: [1, 1], pair: ['pair', true], map: { key: 1 },
    });
  });

  test('end where a schema refers to itself', () => {
    const Tree = z.object({ name: z.string(), get children() { return z.array(Tree); }, get parent() { return Tree.optional(); } });
    expect(exampleOf(Tree)).toEqual({ name: 'name', children: [] });
  });

  test('are left out rather than wrong', () => {
    expect(exampleOf(z.string().refine((text) => text === 'guess'))).toBeUndefined();
    expect(exampleOf(z.string().regex(/^(?=a)a$/))).toBeUndefined();
    expect(exampleOf(z.string().regex(/^[^a]\p{L}$/u))).toBeUndefined();
  });
});
