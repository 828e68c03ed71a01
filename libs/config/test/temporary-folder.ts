import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ConfigSource, LoadedSource } from '../src/source.js';

/** A folder with files in it, for one test. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly directory: string;
  path(name: string): string;
  write(name: string, text: string): Promise<void>;
}

export async function temporaryFolder(files: Readonly<Record<string, string>> = {}): Promise<TemporaryFolder> {
  const directory = await mkdtemp(join(tmpdir(), 'enterprise-config-'));
  const path = (name: string): string => join(directory, name);
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), text);
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return { directory, path, write, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}

export const loadSource = (source: ConfigSource): Promise<LoadedSource> => source.load({ fields: [] });
