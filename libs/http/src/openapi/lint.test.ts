import { createConfig, lintFromString } from '@redocly/openapi-core';
import { shop } from '../../test/shop.js';
import { openApiDocument, type OpenApiDocument } from './index.js';

const options = {
  info: { title: 'Shop', license: { name: 'MIT', identifier: 'MIT' }, contact: { email: 'api@shop.test' } },
  tags: { products: 'What is sold.', orders: 'What was bought.', catalogue: 'How it is sorted.' },
};

/** The linter's rules and the structure that OpenAPI 3.1 prescribes; examples are checked against their schemas. */
async function problemsOf(document: OpenApiDocument | object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: '/openapi.json', config });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer ?? ''})`);
}

describe.each(['v1', 'v2'])('the document of %s', (version) => {
  const document = openApiDocument(shop(), { version, ...options });

  test('is free of lint, warnings included', async () => {
    expect(await problemsOf(document)).toEqual([]);
  });

  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

describe('the lint itself', () => {
  const broken = (change: (document: any) => void): object => {
    const document = structuredClone(openApiDocument(shop(), { version: 'v2', ...options }));
    change(document);
    return document;
  };

  test.each<[string, (document: any) => void]>([
    ['no-invalid-media-type-examples', (document) => { document.paths['/products/{id}'].get.responses[200].content['application/json'].example.data.stock = 'many'; }],
    ['no-invalid-media-type-examples', (document) => { document.paths['/orders'].post.responses[409].content['application/json'].examples.OUT_OF_STOCK.value.code = 'OTHER'; }],
    ['no-unresolved-refs', (document) => { delete document.components.schemas.Money; }],
    ['no-unused-components', (document) => { document.components.schemas.Stray = { type: 'string' }; }],
    ['security-defined', (document) => { delete document.paths['/orders'].post.security; }],
    ['struct', (document) => { document.paths['/orders'].post.responses[201].description = undefined; }],
  ])('reports %s in a document that has it', async (rule, change) => {
    expect(await problemsOf(broken(change))).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^${rule}:`))]));
  });
});
