import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const modules = join(import.meta.dirname, '..', '..', 'node_modules');

/**
 * The path of something that is made once for each version of an installed package, and then copied by every test that
 * needs it. `npm ci` throws it away.
 */
export async function madeOnce(what: string, packageName: string, make: (path: string) => unknown): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(modules, packageName, 'package.json'), 'utf8')) as { version: string };
  const cache = join(modules, '.cache', 'enterprise-tests');
  const path = join(cache, `${what}-${version}`);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, `${what}-`));
  try {
    await make(join(draft, what));
    renameSync(join(draft, what), path);
  } catch (error) {
    if (!existsSync(path)) throw error; // else another test run was first
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return path;
}
