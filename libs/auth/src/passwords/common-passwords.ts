import { readFile } from 'node:fs/promises';

// From src as from dist, which lie side by side. The file says where it comes from.
const file = new URL('../../src/passwords/common-passwords.txt', import.meta.url);

let loading: Promise<ReadonlySet<string>> | undefined;

/** Returns the passwords that are tried first, in lower case; read when they are first needed. */
export const commonPasswords = (): Promise<ReadonlySet<string>> =>
  (loading ??= readFile(file, 'utf8').then((text) => new Set(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')))));
