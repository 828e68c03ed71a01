import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Reads a file that only this user may read, and makes it when there is none.
 *
 * Of two processes that start at once one makes it and both read the same: the file appears under its name when it is whole.
 * @throws Error when others may read what is there
 */
export async function dataFile(path: string, make: () => string | Promise<string>): Promise<string> {
  const found = read(path);
  if (found !== undefined) return found;
  const text = await make();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return read(path)!;
}

function read(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) throw new Error(`${path} holds a secret, and others may read it. Run: chmod 600 ${path}`);
  return readFileSync(path, 'utf8');
}
