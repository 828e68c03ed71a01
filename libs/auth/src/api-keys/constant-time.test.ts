import * as crypto from 'node:crypto';
import { jest } from '@jest/globals';

const compare = jest.fn(crypto.timingSafeEqual);
jest.unstable_mockModule('node:crypto', () => ({ ...crypto, timingSafeEqual: compare }));
const { opened, outcome } = await import('../../test/api-keys.js');
const { apiKeyFormat } = await import('./api-key-format.js');

test('whoever presents a key, its hash is compared by timingSafeEqual, as often for one that is unknown, wrong, replaced or right', async () => {
  const { keys } = opened();
  const old = await keys.issue({ owner: 'ann', name: 'k', scopes: [] });
  const { key, apiKey } = await keys.rotate('ann', old.apiKey.id, { overlap: { days: 1 } });
  const presented = [apiKeyFormat().make().key, apiKeyFormat().make(apiKey.id).key, old.key, key];
  for (let time = 0; time < 2; time++) {
    for (const each of presented) {
      compare.mockClear();
      await outcome(keys, each);
      expect(compare.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toEqual([[32, 32], [32, 32]]);
    }
  }
});
