/** Settles with `running`, or rejects as soon as the signal is aborted. */
export async function unlessAborted<R>(running: Promise<R>, signal: AbortSignal): Promise<R> {
  let onAbort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([running, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
