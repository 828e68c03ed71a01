import { resolve } from 'node:path';
import type { ConfigFault } from './fault.js';
import type { Candidate } from './gather.js';
import { readText } from './sources/text-file.js';

export interface SecretFiles {
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  readonly faults: readonly ConfigFault[];
  /** The files that were asked for, to be watched. */
  readonly paths: readonly string[];
}

/** Puts the contents of the files that `<KEY>_FILE` names in place of their names. */
export async function readSecretFiles(gathered: ReadonlyMap<string, readonly Candidate[]>, directory: string, signal?: AbortSignal): Promise<SecretFiles> {
  const faults: ConfigFault[] = [];
  const paths: string[] = [];

  const read = async (key: string, candidate: Candidate): Promise<Candidate | undefined> => {
    const { file: _, ...plain } = candidate;
    const name = `${key}_FILE`;
    if (typeof candidate.value !== 'string' || candidate.value === '') {
      faults.push({ key: name, source: candidate.location, message: 'names no file', remedy: `Give a path, or remove ${name}.` });
      return undefined;
    }
    const path = resolve(directory, candidate.value);
    paths.push(path);
    const result = await readText(path, signal);
    const value = 'text' in result ? result.text.replace(/\r?\n$/, '') : '';
    if (value !== '') return { ...plain, value, location: `${candidate.value} (${name}, ${candidate.location})` };
    faults.push({ key: name, source: candidate.location, message: `the file ${candidate.value} ${'reason' in result ? result.reason : 'is empty'}`, remedy: `Put the secret there, or correct ${name}.` });
    return undefined;
  };

  const candidates = new Map<string, readonly Candidate[]>();
  await Promise.all([...gathered].map(async ([key, list]) => {
    const conflict = contradiction(list);
    if (conflict) {
      faults.push({
        key, source: conflict.plain.location, message: `${key} is set, and so is ${key}_FILE (${conflict.file.location})`, remedy: `Keep one of ${key} and ${key}_FILE.`,
      });
    }
    // Only the winner's file is opened; what it overrides need not exist.
    const last = list.at(-1)!;
    const earlier = list.slice(0, -1).map(({ file, ...plain }) => file ? { ...plain, location: `${String(plain.value)} (${key}_FILE, ${plain.location})` } : plain);
    const winner = last.file && !conflict ? await read(key, last) : last;
    candidates.set(key, winner ? [...earlier, winner] : earlier);
  }));
  return { candidates, faults, paths };
}

/** Finds `KEY` and `KEY_FILE` where neither outranks the other. */
function contradiction(list: readonly Candidate[]): { readonly plain: Candidate; readonly file: Candidate } | undefined {
  for (const plain of list.filter(({ file }) => !file)) {
    const file = list.find((other) => other.file && (plain.explicit ? other.source === plain.source : !other.explicit));
    if (file) return { plain, file };
  }
  return undefined;
}
