/** What {@link DisposalStack.use} takes: anything with a standard dispose method. */
export type AnyDisposable = AsyncDisposable | Disposable;

/** A stack of clean-ups that run in reverse order, every one, and report every failure. */
export interface DisposalStack extends AsyncDisposable {
  /**
   * Adds a value's own dispose method and returns the value.
   * @throws TypeError for a value without one, and once the stack is disposed
   */
  use<V extends AnyDisposable>(name: string, value: V): V;
  /**
   * Adds a clean-up.
   * @throws TypeError once the stack is disposed
   */
  defer(name: string, dispose: () => unknown): void;
  /**
   * Runs all clean-ups one after another, last in first out. A second call waits for the first and does nothing more.
   * @throws DisposalError when any of them failed, after all have run
   */
  dispose(): Promise<void>;
  /** Whether disposal has begun. */
  readonly disposed: boolean;
}

/** Collects every failure of a clean-up; each one in `errors` has the failing part's name in its message. */
export class DisposalError extends AggregateError {
  static {
    // On the prototype, where the stack's first line finds it.
    Object.defineProperty(this.prototype, 'name', { value: 'DisposalError' });
  }
}

/**
 * Makes a {@link DisposalStack}.
 *
 * It differs from the platform's `AsyncDisposableStack` (absent on Node 22) in that clean-ups have names and that all
 * failures come in one flat {@link DisposalError} instead of a chain of `SuppressedError`.
 */
export function disposalStack(): DisposalStack {
  const entries: { readonly name: string; readonly dispose: () => unknown }[] = [];
  let running: Promise<void> | undefined;

  const defer = (name: string, dispose: () => unknown): void => {
    if (running) throw new TypeError(`Cannot add "${name}": this stack was already disposed.`);
    entries.push({ name, dispose });
  };
  const run = async (): Promise<void> => {
    const failures: Error[] = [];
    for (const { name, dispose } of entries.splice(0).reverse()) {
      try {
        await dispose();
      } catch (cause) {
        failures.push(new Error(`Disposing ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }));
      }
    }
    if (failures.length > 0) throw new DisposalError(failures, failures.map(({ message }) => message).join('\n'));
  };
  // Set before the first clean-up runs, which may itself call back.
  const dispose = (): Promise<void> => (running ??= Promise.resolve().then(run));

  return {
    use(name, value) {
      const method = disposeOf(value);
      if (!method) throw new TypeError(`Cannot use "${name}": it has neither Symbol.asyncDispose nor Symbol.dispose.`);
      defer(name, method);
      return value;
    },
    defer,
    dispose,
    get disposed() { return running !== undefined; },
    [Symbol.asyncDispose]: dispose,
  };
}

/** Returns a value's own dispose method bound to it, the asynchronous one first; `undefined` if it has none. */
export function disposeOf(value: unknown): (() => unknown) | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const { [Symbol.asyncDispose]: async, [Symbol.dispose]: sync } = value as Partial<AsyncDisposable & Disposable>;
  return async?.bind(value) ?? sync?.bind(value);
}
