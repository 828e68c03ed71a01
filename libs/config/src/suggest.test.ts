import { suggest } from './suggest.js';

const known = ['PORT', 'LOG_LEVEL', 'DATABASE_URL', 'DATABASE__POOL_MAX'];

test.each([
  ['PROT', 'PORT'], ['LOG_LEVLE', 'LOG_LEVEL'], ['LOGLEVEL', 'LOG_LEVEL'], ['DATABASE_URI', 'DATABASE_URL'], ['port', 'PORT'],
  ['DATABASE_POOL_MAX', 'DATABASE__POOL_MAX'], ['REDIS_URL', undefined], ['X', undefined], ['', undefined],
])('%j suggests %j', (word, expected) => {
  expect(suggest(word, known)).toBe(expected);
});
