import { compareOpenApi, type Direction } from './index.js';

type Schema = object | boolean;

const document = (direction: Direction, schema: Schema, components: Record<string, Schema> = {}): object => {
  const content = { 'application/json': { schema } };
  return {
    openapi: '3.1.0',
    info: { title: 'Test', version: '1' },
    paths: { '/things': { post: direction === 'request' ? { requestBody: { content }, responses: {} } : { responses: { 200: { content } } } } },
    components: { schemas: components },
  };
};

const found = (direction: Direction, before: Schema, after: Schema, components: [Record<string, Schema>, Record<string, Schema>] = [{}, {}]): string[] =>
  compareOpenApi(document(direction, before, components[0]), document(direction, after, components[1])).map(({ severity, rule }) => `${severity} ${rule}`);

const object = (properties: Record<string, Schema>, required: string[] = [], more: object = {}): object => ({ type: 'object', properties, required, ...more });
const text = { type: 'string' };
const number = { type: 'number' };
const integer = { type: 'integer' };

describe('narrowing breaks requests, widening breaks responses:', () => {
  test.each<[string, wide: Schema, narrow: Schema, narrowing: string, widening: string]>([
    ['any type, one type', {}, text, 'type-narrowed', 'type-widened'],
    ['true, one type', true, text, 'type-narrowed', 'type-widened'],
    ['two types, one', { type: ['string', 'number'] }, text, 'type-narrowed', 'type-widened'],
    ['a type, nothing at all', text, false, 'type-narrowed', 'type-widened'],
    ['number, integer', number, integer, 'type-narrowed', 'type-widened'],
    ['null in the list of types', { type: ['string', 'null'] }, text, 'null-forbidden', 'null-allowed'],
    ['null as an alternative', { anyOf: [text, { type: 'null' }] }, text, 'null-forbidden', 'null-allowed'],
    ['null as OpenAPI 3.0 has it', { type: 'string', nullable: true }, text, 'null-forbidden', 'null-allowed'],
    ['null among the values', { enum: ['a', null] }, { enum: ['a'] }, 'null-forbidden', 'null-allowed'],
    ['minimum', number, { ...number, minimum: 1 }, 'limit-tightened', 'limit-relaxed'],
    ['minimum, higher', { ...number, minimum: 1 }, { ...number, minimum: 2 }, 'limit-tightened', 'limit-relaxed'],
    ['minimum, exclusive', { ...number, minimum: 1 }, { ...number, exclusiveMinimum: 1 }, 'limit-tightened', 'limit-relaxed'],
    ['minimum, exclusive as OpenAPI 3.0 has it', { ...number, minimum: 1 }, { ...number, minimum: 1, exclusiveMinimum: true }, 'limit-tightened', 'limit-relaxed'],
    ['maximum', { ...number, maximum: 2 }, { ...number, maximum: 1 }, 'limit-tightened', 'limit-relaxed'],
    ['maximum, exclusive', { ...number, maximum: 2 }, { ...number, exclusiveMaximum: 2 }, 'limit-tightened', 'limit-relaxed'],
    ['minLength', text, { ...text, minLength: 1 }, 'limit-tightened', 'limit-relaxed'],
    ['maxLength', { ...text, maxLength: 9 }, { ...text, maxLength: 8 }, 'limit-tightened', 'limit-relaxed'],
    ['minItems', { type: 'array' }, { type: 'array', minItems: 1 }, 'limit-tightened', 'limit-relaxed'],
    ['maxItems', { type: 'array', maxItems: 9 }, { type: 'array', maxItems: 8 }, 'limit-tightened', 'limit-relaxed'],
    ['minProperties', { type: 'object' }, { type: 'object', minProperties: 1 }, 'limit-tightened', 'limit-relaxed'],
    ['maxProperties', { type: 'object', maxProperties: 9 }, { type: 'object', maxProperties: 8 }, 'limit-tightened', 'limit-relaxed'],
    ['uniqueItems', { type: 'array', uniqueItems: false }, { type: 'array', uniqueItems: true }, 'limit-tightened', 'limit-relaxed'],
    ['multipleOf', { ...number, multipleOf: 5 }, { ...number, multipleOf: 10 }, 'limit-tightened', 'limit-relaxed'],
    ['pattern', text, { ...text, pattern: '^a' }, 'limit-tightened', 'limit-relaxed'],
    ['format', text, { ...text, format: 'uuid' }, 'limit-tightened', 'limit-relaxed'],
    ['format, narrower', { ...integer, format: 'int64' }, { ...integer, format: 'int32' }, 'limit-tightened', 'limit-relaxed'],
    ['contentEncoding', text, { ...text, contentEncoding: 'base64' }, 'limit-tightened', 'limit-relaxed'],
    ['items', { type: 'array' }, { type: 'array', items: text }, 'type-narrowed', 'type-widened'],
    ['items, narrower', { type: 'array', items: text }, { type: 'array', items: { ...text, maxLength: 1 } }, 'limit-tightened', 'limit-relaxed'],
    ['a required property', object({ a: text }), object({ a: text }, ['a']), 'property-became-required', 'property-became-optional'],
    ['a property, narrower', object({ a: number }), object({ a: integer }), 'type-narrowed', 'type-widened'],
    ['further properties, narrower', object({}, [], { additionalProperties: number }), object({}, [], { additionalProperties: integer }), 'type-narrowed', 'type-widened'],
    ['an alternative', { oneOf: [text, number] }, { oneOf: [text] }, 'alternative-removed', 'alternative-added'],
    ['an alternative beside what holds for all', { type: 'object', required: ['k'], anyOf: [object({ k: { const: 'a' } }), object({ k: { const: 'b' } })] }, object({ k: { const: 'a' } }, ['k']), 'alternative-removed', 'alternative-added'],
    ['a part of allOf', { allOf: [object({ a: text })] }, { allOf: [object({ a: text }), object({ a: { ...text, maxLength: 3 } })] }, 'limit-tightened', 'limit-relaxed'],
    ['a part of allOf that requires', { allOf: [object({ a: text })] }, { allOf: [object({ a: text }), { required: ['a'] }] }, 'property-became-required', 'property-became-optional'],
  ])('%s', (_, wide, narrow, narrowing, widening) => {
    expect(found('request', wide, narrow)).toEqual([`breaking ${narrowing}`]);
    expect(found('response', wide, narrow)).toEqual([`info ${narrowing}`]);
    expect(found('request', narrow, wide)).toEqual([`info ${widening}`]);
    expect(found('response', narrow, wide)).toEqual([`breaking ${widening}`]);
  });
});

describe('judged by a rule of their own:', () => {
  test.each<[string, before: Schema, after: Schema, request: string[], response: string[]]>([
    ['a value added', { enum: ['a'] }, { enum: ['a', 'b'] }, ['info enum-value-added'], ['warning enum-value-added']],
    ['a value removed', { enum: ['a', 'b'] }, { enum: ['a'] }, ['breaking enum-value-removed'], ['info enum-value-removed']],
    ['a constant that becomes a list of values', { const: 'a' }, { enum: ['a', 'b'] }, ['info enum-value-added'], ['warning enum-value-added']],
    ['another constant', { const: 'a' }, { const: 'b' }, ['breaking enum-replaced'], ['breaking enum-replaced']],
    ['free text that becomes a list', text, { ...text, enum: ['a'] }, ['breaking enum-added'], ['info enum-added']],
    ['a list that becomes free text', { ...text, enum: ['a'] }, text, ['info enum-removed'], ['warning enum-removed']],
    ['another type', text, number, ['breaking type-changed'], ['breaking type-changed']],
    ['another pattern', { ...text, pattern: 'a' }, { ...text, pattern: 'b' }, ['breaking limit-changed'], ['breaking limit-changed']],
    ['another format', { ...text, format: 'date' }, { ...text, format: 'date-time' }, ['breaking limit-changed'], ['breaking limit-changed']],
    ['an unrelated multiple', { ...number, multipleOf: 2 }, { ...number, multipleOf: 3 }, ['breaking limit-changed'], ['breaking limit-changed']],
    ['both limits moved', { ...number, minimum: 1, maximum: 5 }, { ...number, minimum: 2, maximum: 6 }, ['breaking limit-tightened', 'info limit-relaxed'], ['breaking limit-relaxed', 'info limit-tightened']],
    ['a required property added', object({}), object({ a: text }, ['a']), ['breaking property-added-required'], ['info property-added-required']],
    ['an optional property added', object({}), object({ a: text }), ['info property-added'], ['info property-added']],
    ['a required property removed', object({ a: text }, ['a']), object({}), ['warning property-removed'], ['breaking property-removed']],
    ['an optional property removed', object({ a: text }), object({}), ['warning optional-property-removed'], ['warning optional-property-removed']],
    ['a property removed where no others are accepted', object({ a: text }, [], { additionalProperties: false }), object({}, [], { additionalProperties: false }), ['breaking property-no-longer-accepted'], ['warning optional-property-removed']],
    ['a property renamed', object({ a: text }, ['a']), object({ b: text }, ['b']), ['breaking property-added-required', 'warning property-removed'], ['breaking property-removed', 'info property-added-required']],
    ['a property deprecated', object({ a: text }), object({ a: { ...text, deprecated: true } }), ['info property-deprecated'], ['info property-deprecated']],
    ['other properties refused', object({}), object({}, [], { additionalProperties: false }), ['breaking additional-properties-forbidden'], ['info additional-properties-forbidden']],
    ['other properties allowed', object({}, [], { additionalProperties: false }), object({}), ['info additional-properties-allowed'], ['info additional-properties-allowed']],
    ['another default', { ...text, default: 'a' }, { ...text, default: 'b' }, ['warning default-changed'], ['info default-changed']],
    ['a condition', {}, { if: text, then: { minLength: 1 } }, ['breaking schema-not-comparable', 'breaking schema-not-comparable'], ['breaking schema-not-comparable', 'breaking schema-not-comparable']],
    ['a negation', { not: text }, { not: number }, ['breaking schema-not-comparable'], ['breaking schema-not-comparable']],
    ['a tuple', { type: 'array', prefixItems: [text] }, { type: 'array', prefixItems: [number] }, ['breaking schema-not-comparable'], ['breaking schema-not-comparable']],
    ['a reference to another file', { $ref: 'a.json' }, { $ref: 'b.json' }, ['breaking schema-not-comparable'], ['breaking schema-not-comparable']],
    ['a required property that only answers have', object({}), object({ a: { ...text, readOnly: true } }, ['a']), [], ['info property-added-required']],
    ['a property that only requests have', object({ a: { ...text, writeOnly: true } }, ['a']), object({}), ['warning property-removed'], []],
    ['a property hidden from requests', object({ a: text }), object({ a: { ...text, readOnly: true } }), ['warning optional-property-removed'], []],
  ])('%s', (_, before, after, request, response) => {
    expect(found('request', before, after)).toEqual(request);
    expect(found('response', before, after)).toEqual(response);
  });
});

describe('no difference:', () => {
  const recursive = { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } } };
  test.each<[string, before: Schema, after: Schema]>([
    ['what people read', { ...text, title: 'A', description: 'a', examples: ['x'] }, { ...text, title: 'B', description: 'b' }],
    ['the order of values, types and properties', { anyOf: [{ enum: ['a', 'b'] }, object({ a: text, b: number })] }, { anyOf: [object({ b: number, a: text }), { enum: ['b', 'a'] }] }],
    ['null written in another way', { type: 'string', nullable: true }, { anyOf: [{ type: 'null' }, text] }],
    ['types as alternatives', { type: ['string', 'number'] }, { oneOf: [number, text] }],
    ['one alternative', { oneOf: [text] }, text],
    ['a whole number above 0, from 1', { ...integer, exclusiveMinimum: 0 }, { ...integer, minimum: 1 }],
    ['allOf put together', { allOf: [object({ a: text }, ['a']), object({ b: number })] }, object({ a: text, b: number }, ['a'])],
    ['items and further properties that may be anything', { type: 'array', items: true, additionalProperties: {} }, { type: 'array' }],
    ['a reference instead of its target', { $ref: '#/components/schemas/Text' }, { type: 'string', maxLength: 5 }],
    ['a reference with a remark', { $ref: '#/components/schemas/Text', description: 'x' }, { allOf: [{ $ref: '#/components/schemas/Text' }] }],
    ['a negation through a reference', { not: { $ref: '#/components/schemas/Text' } }, { not: { type: 'string', maxLength: 5, description: 'x' } }],
    ['a negation of a recursive schema', { not: { $ref: '#/components/schemas/Tree' } }, { not: { $ref: '#/components/schemas/Tree' } }],
    ['a recursive schema', { $ref: '#/components/schemas/Tree' }, recursive],
    ['a schema that is itself a part of itself', { $ref: '#/components/schemas/Knot' }, { $ref: '#/components/schemas/Knot' }],
    ['an alternative that is the whole again', { $ref: '#/components/schemas/Loop' }, { $ref: '#/components/schemas/Loop' }],
    ['a format that changes nothing for whole numbers of one size', { ...integer, format: 'int32' }, { ...integer, format: 'int32' }],
    ['a property that is called like an annotation', { not: object({ title: text }) }, { not: object({ title: text }) }],
  ])('%s', (_, before, after) => {
    const components = {
      Text: { type: 'string', maxLength: 5 },
      Tree: recursive,
      Knot: { allOf: [{ $ref: '#/components/schemas/Knot' }, { type: 'object' }] },
      Loop: { anyOf: [{ $ref: '#/components/schemas/Loop' }, text] },
    };
    for (const direction of ['request', 'response'] as const) {
      expect(found(direction, before, after, [components, components])).toEqual([]);
      expect(found(direction, after, before, [components, components])).toEqual([]);
    }
  });
});

describe('alternatives', () => {
  const card = (more: object = {}): Schema => object({ kind: { const: 'card' }, number: text, ...more }, ['kind']);
  const transfer = (more: object = {}): Schema => object({ kind: { const: 'transfer' }, iban: text, ...more }, ['kind']);

  test('are told apart by their constant, whatever their order', () => {
    expect(found('request', { oneOf: [card(), transfer()] }, { oneOf: [transfer({ iban: { ...text, maxLength: 34 } }), card()] })).toEqual(['breaking limit-tightened']);
  });

  test('are told apart by the name of their component', () => {
    const either = { oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }] };
    const components = (extra: object): Record<string, Schema> => ({ A: object({ x: text, ...extra }), B: object({ x: number }) });
    expect(found('response', either, either, [components({}), components({ y: text })])).toEqual(['info property-added']);
  });

  test('are told apart by their type when nothing else does', () => {
    expect(found('request', { anyOf: [text, number] }, { anyOf: [number, { ...text, maxLength: 3 }] })).toEqual(['breaking limit-tightened']);
  });

  test('prefer the one in which nothing breaks', () => {
    const before = { anyOf: [object({ a: text }, ['a']), object({ b: text }, ['b'])] };
    const after = { anyOf: [object({ b: text, c: text }, ['b']), object({ a: text, d: text }, ['a'])] };
    expect(found('request', before, after)).toEqual(['info property-added', 'info property-added']);
  });

  test('of a type that there is twice are not guessed', () => {
    const before = { anyOf: [object({ a: text }, ['a']), object({ b: text }, ['b'])] };
    const after = { anyOf: [object({ c: text }, ['c']), object({ d: text }, ['d'])] };
    expect(found('response', before, after)).toEqual(['breaking alternative-added', 'breaking alternative-added', 'info alternative-removed', 'info alternative-removed']);
  });
});

test('a change deep in a recursive schema is found once, where it stands', () => {
  const tree = (label: Schema): Record<string, Schema> => ({ Tree: object({ label, children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } }) });
  const reference = { $ref: '#/components/schemas/Tree' };
  const changes = compareOpenApi(document('response', reference, tree(text)), document('response', reference, tree(number)));
  expect(changes).toEqual([{
    rule: 'type-changed',
    severity: 'breaking',
    document: 'new',
    pointer: '#/components/schemas/Tree/properties/label',
    direction: 'response',
    operations: ['POST /things'],
    message: 'The type changed from string to number.',
  }]);
});

test('schemas that refer to one another deeper than a call stack are compared to the end', () => {
  const chain = (last: Schema): Record<string, Schema> => Object.fromEntries(Array.from({ length: 3_000 }, (_, index) =>
    [`S${index}`, index === 2_999 ? last : object({ next: { $ref: `#/components/schemas/S${index + 1}` } })]));
  expect(found('response', { $ref: '#/components/schemas/S0' }, { $ref: '#/components/schemas/S0' }, [chain(text), chain(number)])).toEqual(['breaking type-changed']);
});

test('a reference that leads nowhere, or in a circle, is an error', () => {
  const broken = (schema: Schema, components = {}): (() => unknown) => () => compareOpenApi(document('request', schema, components), document('request', schema, components));
  expect(broken({ $ref: '#/components/schemas/None' })).toThrow('The old document has a reference that leads nowhere: #/components/schemas/None');
  expect(broken({ $ref: '#/components/schemas/A' }, { A: { $ref: '#/components/schemas/B' }, B: { $ref: '#/components/schemas/A' } })).toThrow('leads in a circle');
});
