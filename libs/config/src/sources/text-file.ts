import { readFile } from 'node:fs/promises';
import type { ConfigFault } from '../fault.js';
import type { ConfigSource, LoadedSource } from '../source.js';
import { watchFiles } from './watch-files.js';

export interface FileSourceOptions {
  /** What messages call the file. @default the path as given */
  readonly name?: string;
  /** Whether the file may be missing. @default false */
  readonly optional?: boolean;
  /** What to do about a key that the schema does not have. @default fault */
  readonly unknownKeys?: 'fault' | 'ignore';
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist', ENOTDIR: 'does not exist', EISDIR: 'is a directory', EACCES: 'may not be read (permission denied)', EPERM: 'may not be read (permission denied)',
};

/** Reads a UTF-8 file; says in words why it cannot, without what stands in it. */
export async function readText(path: string, signal?: AbortSignal): Promise<{ readonly text: string } | { readonly reason: string; readonly missing: boolean }> {
  try {
    return { text: await readFile(path, { encoding: 'utf8', signal }) };
  } catch (error) {
    signal?.throwIfAborted();
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return { reason: reasons[code] ?? `cannot be read (${code})`, missing: code === 'ENOENT' };
  }
}

/** Makes a source of one file; `parse` gets its text and what messages call it. */
export function textFile(path: string, options: FileSourceOptions, parse: (text: string, name: string) => LoadedSource | Promise<LoadedSource>): ConfigSource {
  const { name = path, optional = false, unknownKeys = 'fault' } = options;
  return {
    name,
    unknownKeys,
    async load({ signal }) {
      const result = await readText(path, signal);
      if ('text' in result) return parse(result.text, name);
      if (result.missing && optional) return { entries: [] };
      return { entries: [], faults: [fileFault(name, `the file ${result.reason}`, result.missing ? `Create ${path}.` : `Make ${path} a readable file.`)] };
    },
    watch: (onChange, request) => watchFiles(() => [path], onChange, request),
  };
}

/** A fault of a whole file or of one line of it. */
export const fileFault = (source: string, message: string, remedy: string): ConfigFault => ({ key: '', source, message, remedy });
