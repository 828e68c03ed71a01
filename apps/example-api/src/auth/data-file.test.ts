import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFile } from './data-file.js';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'data-file-')); });
afterEach(() => rmSync(folder, { recursive: true }));

test('what was made once is read ever after', async () => {
  const path = join(folder, 'new', 'key');
  expect([await dataFile(path, () => 'first'), await dataFile(path, () => 'second')]).toEqual(['first', 'first']);
  expect(readdirSync(join(folder, 'new'))).toEqual(['key']);
});

test('only this user may read it', async () => {
  const path = join(folder, 'key');
  await dataFile(path, () => 'secret');
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  chmodSync(path, 0o640);
  await expect(dataFile(path, () => 'other')).rejects.toThrow(/chmod 600/);
});

test('of two processes that make one, the second takes the first\'s', async () => {
  const path = join(folder, 'key');
  const slow = dataFile(path, async () => {
    await expect(dataFile(path, () => 'quick')).resolves.toBe('quick');
    return 'slow';
  });
  await expect(slow).resolves.toBe('quick');
});
