import { stat } from 'node:fs/promises';
import type { WatchRequest } from '../source.js';

/**
 * Calls `onChange` when one of the files that `paths` names changes, is replaced, appears or goes, and once at the
 * start, which covers what happened before. It polls, because notifications get lost on network and container file
 * systems, and follows links, so that the swapped directory of a Kubernetes volume counts.
 */
export function watchFiles(paths: () => readonly string[], onChange: () => void, { clock, pollInterval }: WatchRequest): AsyncDisposable {
  let disposed = false;
  let timer: Disposable | undefined;
  let last: string | undefined;
  const poll = async (): Promise<void> => {
    const current = (await Promise.all(paths().map(fingerprint))).join();
    if (disposed) return;
    timer = clock.schedule(pollInterval, () => { running = poll(); });
    if (current === last) return;
    last = current;
    onChange();
  };
  let running = poll();
  return {
    async [Symbol.asyncDispose]() {
      disposed = true;
      timer?.[Symbol.dispose]();
      await running;
    },
  };
}

async function fingerprint(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [path, dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return `${path}:absent`;
  }
}
