import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { DatabaseLocked } from '../errors.js';

// One set a process, also where two copies of this library are loaded.
const key = Symbol.for('org.enterprise.persistence.folders');
const held = ((globalThis as Record<symbol, unknown>)[key] ??= new Set()) as Set<string>;

/**
 * Takes a folder for this process by a file beside it, and returns what gives it back. A file that a dead process has
 * left is taken over. PGlite itself lets a second process write to an open folder and ruin it.
 * @throws DATABASE_LOCKED
 */
export function lockFolder(folder: string): () => void {
  const file = `${resolve(folder)}.lock`;
  const own = JSON.stringify({ pid: process.pid, host: hostname() });
  mkdirSync(dirname(file), { recursive: true });
  for (let attempt = 0; ; attempt++) {
    try {
      createWhole(file, own);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = ownerOf(file);
      if (attempt >= 3 || (owner && isAlive(owner, file))) throw new DatabaseLocked(undefined, { message: messageOf(folder, file, owner) });
      if (owner) removeIfStill(file, owner.text);
    }
  }
  held.add(file);
  return () => {
    held.delete(file);
    rmSync(file, { force: true });
  };
}

/** Creates a file together with its text, so that nobody can read it half written. */
function createWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  try {
    linkSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

interface Owner { readonly pid: number; readonly host: string; readonly text: string }

/** Whoever wrote the file; `undefined` when it has gone meanwhile. */
function ownerOf(file: string): Owner | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    try {
      return { pid: 0, host: '', ...(JSON.parse(text) as object), text };
    } catch {
      return { pid: 0, host: hostname(), text }; // not ours to understand, so nobody's
    }
  } catch {
    return undefined;
  }
}

function isAlive({ pid, host }: Owner, file: string): boolean {
  if (host !== hostname()) return true; // cannot be known from here
  // A container that starts again has the same id: what this process does not hold, it has not taken.
  if (pid === process.pid) return held.has(file);
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Two processes may find the same dead owner: only what was read is removed, never the other's new file. */
function removeIfStill(file: string, text: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') !== text) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function messageOf(folder: string, file: string, owner: Owner | undefined): string {
  const by = owner === undefined ? 'another process' : owner.pid === process.pid ? 'this process' : `process ${owner.pid} on ${owner.host}`;
  return `The database folder ${folder} is in use by ${by}. If that one is gone, delete ${file}.`;
}
