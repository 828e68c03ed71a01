import { servedBy, type VersionSpan } from './index.js';

const versions = ['v1', 'v2', 'v3', 'v4'];
const named = (contracts: (VersionSpan & { name: string })[]): (string | undefined)[] => servedBy(versions, contracts).map((contract) => contract?.name);

test.each<[string, (VersionSpan & { name: string })[], (string | undefined)[]]>([
  ['an endpoint never touched serves every version', [{ name: 'a' }], ['a', 'a', 'a', 'a']],
  ['an endpoint untouched in a version answers as in the one before', [{ name: 'a' }, { name: 'b', since: 'v3' }], ['a', 'a', 'b', 'b']],
  ['the order of declaration does not matter', [{ name: 'b', since: 'v3' }, { name: 'a', since: 'v1' }], ['a', 'a', 'b', 'b']],
  ['an endpoint born later is not there before', [{ name: 'a', since: 'v2' }], [undefined, 'a', 'a', 'a']],
  ['a withdrawn endpoint is not there after', [{ name: 'a', until: 'v3' }], ['a', 'a', undefined, undefined]],
  ['a withdrawn endpoint can come back', [{ name: 'a', until: 'v2' }, { name: 'b', since: 'v4' }], ['a', undefined, undefined, 'b']],
  ['a contract replaced before its end stays replaced when the newer one ends', [{ name: 'a', until: 'v4' }, { name: 'b', since: 'v2', until: 'v3' }], ['a', 'b', undefined, undefined]],
  ['no contract, no service', [], [undefined, undefined, undefined, undefined]],
])('%s', (_, contracts, expected) => {
  expect(named(contracts)).toEqual(expected);
});

test.each<[string, VersionSpan[], string]>([
  ['an unknown beginning', [{ since: 'v9' }], 'There is no version "v9" (v1, v2, v3, v4).'],
  ['an unknown end', [{ until: 'v9' }], 'There is no version "v9"'],
  ['an end at the beginning', [{ since: 'v2', until: 'v2' }], 'Something served since v2 cannot end at v2.'],
  ['an end before the beginning', [{ since: 'v3', until: 'v2' }], 'Something served since v3 cannot end at v2.'],
  ['two beginnings at one version', [{}, { since: 'v1' }], 'Two contracts are served since v1.'],
])('%s is refused', (_, contracts, message) => {
  expect(() => servedBy(versions, contracts)).toThrow(message);
});
