import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk extends Disposable {
  /** Where it is mounted. */
  readonly folder: string;
  /** Takes all the space that is left. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
}

/** Mounts a disk of this size, such as `64m`, in memory; it ends with `using`, and with this process. */
export function smallDisk(size: string): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'));
  const { status, error, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'small-disk', folder], { encoding: 'utf8' });
  if (status !== 0) {
    rmSync(folder, { recursive: true });
    throw new Error(`No disk could be mounted: ${error?.message ?? stderr.trim()}`);
  }
  // A killed test run cannot clean up after itself.
  const watch = `while kill -0 ${process.pid} 2>/dev/null && [ -d '${folder}' ]; do sleep 1; done; [ -d '${folder}' ] || exit; sleep 3; umount -l '${folder}' && rmdir '${folder}'`;
  spawn('sh', ['-c', watch], { detached: true, stdio: 'ignore' }).unref();
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill() {
      for (let size = 1 << 20; size >= 1; size >>= 4) {
        try {
          for (;;) appendFileSync(ballast, Buffer.alloc(size));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    },
    free() { rmSync(ballast, { force: true }); },
    [Symbol.dispose]() {
      spawnSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function whyNoDisk(): string | undefined {
  try {
    using _ = smallDisk('1m');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** `describe` for tests that need small disks: skipped with a line that says why where none can be mounted; as root with `CI=true` they fail. */
export function describeWithSmallDisks(name: string, tests: () => void): void {
  const missing = whyNoDisk();
  if (missing === undefined) describe(name, tests);
  else if (process.env['CI'] === 'true' && process.getuid?.() === 0) test(name, () => { throw new Error(missing); });
  else {
    process.stderr.write(`${name}: skipped. ${missing}\n`);
    describe.skip(name, () => { test('needs a disk', () => {}); });
  }
}
