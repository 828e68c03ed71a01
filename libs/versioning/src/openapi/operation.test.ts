import { compareOpenApi, rules, type ApiChange } from './index.js';

const text = { schema: { type: 'string' } };
const json = { content: { 'application/json': { schema: { type: 'object' } } } };
const api = (operation: object, more: object = {}): object => ({
  openapi: '3.1.0',
  info: { title: 'Test', version: '1' },
  paths: { '/things/{id}': { get: { responses: {}, ...operation } } },
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' }, oauth: { type: 'oauth2', flows: {} } } },
  ...more,
});
const list = (changes: readonly ApiChange[]): string[] => changes.map(({ severity, rule }) => `${severity} ${rule}`);
const param = (name: string, location: string, more: object = {}): object => ({ parameters: [{ name, in: location, ...text, ...more }] });
const responses = (...statuses: string[]): object => ({ responses: Object.fromEntries(statuses.map((status) => [status, {}])) });
const header = (more: object = {}): object => ({ responses: { 200: { headers: { 'X-Total': { ...text, ...more } } } } });
const body = (more: object = {}): object => ({ requestBody: { ...json, ...more } });
const answer = (content: object): object => ({ responses: { 200: { content } } });
const secured = (...security: object[]): object => ({ security });

// One row a rule: the change, and the same backwards.
test.each<[string, before: object, after: object, forward: string[], backward: string[]]>([
  ['a deprecated operation', {}, { deprecated: true }, ['info operation-deprecated'], []],
  ['another operationId', { operationId: 'a' }, { operationId: 'b' }, ['warning operation-id-changed'], ['warning operation-id-changed']],
  ['an operationId lost', { operationId: 'a' }, {}, ['warning operation-id-changed'], []],

  ['an optional parameter', {}, param('q', 'query'), ['info parameter-added'], ['warning parameter-removed']],
  ['a required parameter', {}, param('q', 'query', { required: true }), ['breaking parameter-added-required'], ['warning parameter-removed']],
  ['a parameter that becomes required', param('q', 'query'), param('q', 'query', { required: true }), ['breaking parameter-became-required'], ['info parameter-became-optional']],
  ['a parameter that moves', param('q', 'query'), param('Q', 'header'), ['breaking parameter-location-changed'], ['breaking parameter-location-changed']],
  ['a list written in another way', param('q', 'query'), param('q', 'query', { explode: false }), ['breaking parameter-serialization-changed'], ['breaking parameter-serialization-changed']],
  ['a parameter written as JSON', param('q', 'query'), param('q', 'query', { schema: undefined, ...json }), ['breaking parameter-serialization-changed', 'info type-widened', 'info media-type-added'], ['breaking parameter-serialization-changed', 'breaking type-narrowed', 'breaking media-type-removed']],
  ['a default spelt out', param('q', 'query'), param('q', 'query', { style: 'form', explode: true }), [], []],
  ['a header in another case', param('X-A', 'header'), param('x-a', 'header'), [], []],
  ['a narrower parameter', param('q', 'query'), param('q', 'query', { schema: { type: 'string', maxLength: 3 } }), ['breaking limit-tightened'], ['info limit-relaxed']],
  ['a cookie', param('c', 'cookie'), param('c', 'cookie', { style: 'form' }), [], []],

  ['an optional body', {}, body(), ['info request-body-added'], ['warning request-body-removed']],
  ['a required body', {}, body({ required: true }), ['breaking request-body-added-required'], ['warning request-body-removed']],
  ['a body that becomes required', body(), body({ required: true }), ['breaking request-body-became-required'], ['info request-body-became-optional']],
  ['a media type accepted', body(), body({ content: { ...json.content, 'text/csv': {} } }), ['info media-type-added'], ['breaking media-type-removed']],

  ['a success', responses('200'), responses('200', '202'), ['warning response-added'], ['breaking response-removed']],
  ['an error', responses('200'), responses('200', '409'), ['info error-response-added'], ['warning error-response-removed']],
  ['a status that its range covers', responses('200', '404'), responses('200', '4XX'), ['info error-response-added'], ['warning error-response-removed']],
  ['a status that the default covers', responses('200', '404'), responses('200', 'default'), ['info error-response-added'], ['warning error-response-removed']],
  ['a body answered', responses('200'), answer({ 'application/json': {} }), ['info response-body-added'], ['breaking response-body-removed']],
  ['a media type answered', answer({ 'application/json': {} }), answer({ 'application/json': {}, 'text/csv; charset=utf-8': {} }), ['info media-type-added'], ['breaking media-type-removed']],
  ['a media type in another spelling', answer({ 'application/json;a=b': {} }), answer({ 'Application/JSON; a=b': {} }), [], []],
  ['an optional response header', responses('200'), header(), ['info response-header-added'], ['warning optional-response-header-removed']],
  ['a required response header', responses('200'), header({ required: true }), ['info response-header-added'], ['breaking response-header-removed']],
  ['a response header that is always there', header(), header({ required: true }), ['info response-header-became-required'], ['breaking response-header-became-optional']],
  ['a wider response header', header(), header({ schema: { type: ['string', 'integer'] } }), ['breaking type-widened'], ['info type-narrowed']],

  ['authentication', {}, secured({ key: [] }), ['breaking security-tightened'], ['info security-relaxed']],
  ['optional authentication', {}, secured({ key: [] }, {}), [], []],
  ['a second way in', secured({ key: [] }), secured({ key: [] }, { oauth: [] }), ['info security-relaxed'], ['breaking security-tightened']],
  ['a scope', secured({ oauth: ['read'] }), secured({ oauth: ['read', 'write'] }), ['breaking security-tightened'], ['info security-relaxed']],
  ['both instead of either', secured({ key: [] }, { oauth: [] }), secured({ key: [], oauth: [] }), ['breaking security-tightened'], ['info security-relaxed']],
])('%s', (_, before, after, forward, backward) => {
  expect(list(compareOpenApi(api(before), api(after)))).toEqual(forward);
  expect(list(compareOpenApi(api(after), api(before)))).toEqual(backward);
});

test('an operation that is gone is breaking, a new one is not', () => {
  const both = { openapi: '3.1.0', paths: { '/a': { get: {}, post: {} } } };
  const one = { openapi: '3.1.0', paths: { '/a': { get: {} } } };
  expect(compareOpenApi(both, one)).toEqual([{
    rule: 'operation-removed', severity: 'breaking', document: 'old', pointer: '#/paths/~1a/post', direction: 'request', operations: ['POST /a'], message: 'POST /a was removed.',
  }]);
  expect(list(compareOpenApi(one, both))).toEqual(['info operation-added']);
});

test('the names of path parameters do not matter, their places do', () => {
  const named = (template: string, ...names: string[]): object => ({
    openapi: '3.1.0',
    paths: { [template]: { parameters: names.map((name, index) => ({ name, in: 'path', required: true, schema: { type: index === 0 ? 'string' : 'integer' } })), get: {} } },
  });
  expect(compareOpenApi(named('/a/{x}/b/{y}', 'x', 'y'), named('/a/{shop}/b/{item}', 'shop', 'item'))).toEqual([]);
  expect(list(compareOpenApi(named('/a/{x}/b/{y}', 'x', 'y'), named('/a/{y}/b/{x}', 'x', 'y')))).toEqual(['breaking type-changed', 'breaking type-changed']);
});

test('a parameter of the operation replaces the one of its path', () => {
  const shared = (operation: object): object => ({ openapi: '3.1.0', paths: { '/a': { parameters: [{ name: 'q', in: 'query', ...text }], get: operation } } });
  expect(list(compareOpenApi(shared({}), shared(param('q', 'query', { required: true }))))).toEqual(['breaking parameter-became-required']);
});

test('references to whole parameters, bodies, responses and path items are followed', () => {
  const referring = (required: boolean): object => ({
    openapi: '3.1.0',
    paths: { '/a': { $ref: '#/components/pathItems/A' } },
    components: {
      pathItems: { A: { get: { parameters: [{ $ref: '#/components/parameters/Q' }], requestBody: { $ref: '#/components/requestBodies/B' }, responses: { 200: { $ref: '#/components/responses/R' } } } } },
      parameters: { Q: { name: 'q', in: 'query', required, ...text } },
      requestBodies: { B: { required, ...json } },
      responses: { R: { headers: { 'X-A': { required, ...text } } } },
    },
  });
  expect(compareOpenApi(referring(false), referring(true)).map(({ rule, pointer }) => [rule, pointer])).toEqual([
    ['parameter-became-required', '#/components/parameters/Q'],
    ['request-body-became-required', '#/components/requestBodies/B'],
    ['response-header-became-required', '#/components/responses/R/headers/X-A'],
  ]);
});

test('the document\'s security holds where an operation has none of its own', () => {
  expect(list(compareOpenApi(api({}), api({}, secured({ key: [] }))))).toEqual(['breaking security-tightened']);
  expect(list(compareOpenApi(api({ security: [] }), api({ security: [] }, secured({ key: [] }))))).toEqual([]);
});

test('a scheme that works differently breaks those who use it', () => {
  const scheme = (key: object): object => ({ components: { securitySchemes: { key } } });
  const used = secured({ key: [] });
  const before = api(used, scheme({ type: 'apiKey', in: 'header', name: 'X-Key', description: 'a' }));
  expect(list(compareOpenApi(before, api(used, scheme({ type: 'apiKey', in: 'header', name: 'x-key', description: 'b' }))))).toEqual([]);
  expect(list(compareOpenApi(before, api(used, scheme({ type: 'apiKey', in: 'query', name: 'X-Key' }))))).toEqual(['breaking security-scheme-changed']);
  expect(list(compareOpenApi(api({}, scheme({ type: 'http', scheme: 'basic' })), api({}, scheme({ type: 'http', scheme: 'bearer' }))))).toEqual([]);
});

test('in webhooks the directions change places', () => {
  const hooks = (required: string[]): object => ({
    openapi: '3.1.0',
    webhooks: { paid: { post: { requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { a: text.schema }, required } } } }, responses: { 200: {} } } } },
  });
  expect(list(compareOpenApi(hooks(['a']), hooks([])))).toEqual(['breaking property-became-optional']);
  expect(list(compareOpenApi(hooks([]), hooks(['a'])))).toEqual(['info property-became-required']);
  expect(list(compareOpenApi(hooks([]), { openapi: '3.1.0' }))).toEqual(['warning webhook-removed']);
  expect(list(compareOpenApi({ openapi: '3.1.0' }, hooks([])))).toEqual(['info webhook-added']);
});

test('what several operations share is listed once, with all of them', () => {
  const sharing = (type: string): object => ({
    openapi: '3.1.0',
    paths: Object.fromEntries(['/a', '/b'].map((path) => [path, { get: { responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/S' } } } } } } }])),
    components: { schemas: { S: { type } } },
  });
  expect(compareOpenApi(sharing('string'), sharing('number'))).toMatchObject([{ rule: 'type-changed', operations: ['GET /a', 'GET /b'] }]);
});

test('severities can be changed or switched off by rule', () => {
  const changes = (severity: 'warning' | 'off'): string[] =>
    list(compareOpenApi(api(responses('200')), api(responses('204')), { severities: { 'response-removed': severity } }));
  expect(changes('warning')).toEqual(['warning response-removed', 'warning response-added']);
  expect(changes('off')).toEqual(['warning response-added']);
  expect(() => compareOpenApi(api({}), api({}), { severities: { 'no-such-rule': 'off' } as never })).toThrow('"no-such-rule" is not a rule');
});

test.each([undefined, null, 'text', {}, { openapi: 3.1 }, { swagger: '2.0' }, { openapi: '2.0' }])('%j is no OpenAPI 3 document', (value) => {
  expect(() => compareOpenApi(value, { openapi: '3.1.0' })).toThrow('The old document is not OpenAPI 3.0, 3.1 or 3.2.');
  expect(() => compareOpenApi({ openapi: '3.1.0' }, value)).toThrow('The new document is not OpenAPI');
});

test('every rule is a word that the command line takes', () => {
  expect(Object.keys(rules).filter((rule) => !/^[a-z-]+$/.test(rule))).toEqual([]);
});
