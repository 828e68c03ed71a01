import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseLocked } from '../errors.js';
import { lockFolder } from './folder-lock.js';

describe('the lock of a folder', () => {
  let parent: string;
  let folder: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'folder-lock-'));
    folder = join(parent, 'data');
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  const caught = (work: () => unknown): any => {
    try { work(); } catch (error) { return error; }
    throw new Error('It was not refused.');
  };
  const leave = (owner: object | string): void => writeFileSync(`${folder}.lock`, typeof owner === 'string' ? owner : JSON.stringify(owner));

  it('is held by one at a time within this process', () => {
    const unlock = lockFolder(folder);
    expect(caught(() => lockFolder(folder)).message).toContain('in use by this process');
    unlock();
    expect(existsSync(`${folder}.lock`)).toBe(false);
    lockFolder(folder)();
  });

  it('is respected while another process lives, and taken over when that one is dead', async () => {
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
    try {
      leave({ pid: child.pid, host: hostname() });
      const error = caught(() => lockFolder(folder));
      expect(DatabaseLocked.is(error)).toBe(true);
      expect(error.message).toContain(`process ${child.pid}`);
      expect(error.message).toContain(`${folder}.lock`);
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    }
    lockFolder(folder)();
  });

  it('is taken over from an earlier process with the same id, as in a container that starts again', () => {
    leave({ pid: process.pid, host: hostname() });
    lockFolder(folder)();
  });

  it('is left alone on a machine whose processes cannot be seen', () => {
    leave({ pid: 1, host: 'elsewhere' });
    expect(DatabaseLocked.is(caught(() => lockFolder(folder)))).toBe(true);
  });

  it('is taken over where the file says nothing', () => {
    leave('');
    lockFolder(folder)();
  });

  it('leaves no other file behind when it is taken over', () => {
    const dead = spawnSync(process.execPath, ['--eval', '']).pid;
    leave({ pid: dead, host: hostname() });
    const unlock = lockFolder(folder);
    expect(readdirSync(parent)).toEqual(['data.lock']);
    unlock();
    expect(readdirSync(parent)).toEqual([]);
  });
});
