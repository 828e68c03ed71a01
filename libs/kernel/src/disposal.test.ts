import { DisposalError, disposalStack, disposeOf } from './disposal.js';

const later = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 2));

describe('disposalStack', () => {
  it('runs clean-ups in reverse order, each after the one before has finished', async () => {
    const stack = disposalStack();
    const ran: string[] = [];
    for (const name of ['config', 'pool', 'server']) {
      stack.defer(name, async () => {
        ran.push(`${name} begins`);
        await later();
        ran.push(`${name} ends`);
      });
    }
    await stack.dispose();
    expect(ran).toEqual(['server begins', 'server ends', 'pool begins', 'pool ends', 'config begins', 'config ends']);
  });

  it('uses synchronous and asynchronous disposables, on themselves, and prefers the asynchronous way', async () => {
    const stack = disposalStack();
    const ran: string[] = [];
    class Part {
      readonly #name: string;
      constructor(name: string) { this.#name = name; }
      [Symbol.dispose](): void { ran.push(`${this.#name} sync`); }
    }
    class AsyncPart extends Part {
      async [Symbol.asyncDispose](): Promise<void> {
        await later();
        ran.push('async');
      }
    }
    const part = new Part('a');
    expect(stack.use('part', part)).toBe(part);
    stack.use('async part', new AsyncPart('b'));
    stack.use('function', Object.assign(() => {}, { [Symbol.dispose]: () => ran.push('function') }));
    await stack.dispose();
    expect(ran).toEqual(['function', 'async', 'a sync']);
  });

  it('runs every clean-up and reports every failure by name', async () => {
    const stack = disposalStack();
    const ran: string[] = [];
    const cause = new Error('connection lost');
    stack.defer('pool', () => { throw cause; });
    stack.defer('cache', () => { ran.push('cache'); });
    stack.defer('server', () => Promise.reject('still busy'));
    const error: unknown = await stack.dispose().catch((reason: unknown) => reason);
    expect(ran).toEqual(['cache']);
    expect(error).toBeInstanceOf(DisposalError);
    const { name, message, errors, stack: trace } = error as DisposalError;
    expect(name).toBe('DisposalError');
    expect(trace).toMatch(/^DisposalError: Disposing server failed/);
    expect(message).toBe('Disposing server failed: still busy\nDisposing pool failed: connection lost');
    expect(errors.map((each: Error) => [each.message, each.cause])).toEqual([
      ['Disposing server failed: still busy', 'still busy'],
      ['Disposing pool failed: connection lost', cause],
    ]);
    expect(Object.keys(error as object)).toEqual([]);
  });

  it('disposes once: every call gets the same outcome', async () => {
    const stack = disposalStack();
    let runs = 0;
    stack.defer('part', async () => {
      runs += 1;
      await later();
      throw new Error('x');
    });
    expect(stack.disposed).toBe(false);
    const calls = [stack.dispose(), stack.dispose(), stack[Symbol.asyncDispose]()];
    expect(stack.disposed).toBe(true);
    for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected');
    await expect(stack.dispose()).rejects.toBeInstanceOf(DisposalError);
    expect(runs).toBe(1);
  });

  it('disposes once even if a clean-up asks for it again', async () => {
    const stack = disposalStack();
    const ran: string[] = [];
    stack.defer('first', () => { ran.push('first'); });
    stack.defer('second', () => {
      ran.push('second');
      void stack.dispose();
    });
    await stack.dispose();
    expect(ran).toEqual(['second', 'first']);
  });

  it('refuses additions as soon as disposal has begun', async () => {
    const stack = disposalStack();
    const refused: unknown[] = [];
    stack.defer('part', () => {
      try {
        stack.defer('late', () => {});
      } catch (error) {
        refused.push(error);
      }
    });
    const disposing = stack.dispose();
    expect(() => stack.defer('later', () => {})).toThrow(new TypeError('Cannot add "later": this stack was already disposed.'));
    expect(() => stack.use('latest', { [Symbol.dispose]() {} })).toThrow(new TypeError('Cannot add "latest": this stack was already disposed.'));
    await disposing;
    expect(refused).toEqual([new TypeError('Cannot add "late": this stack was already disposed.')]);
  });

  it('refuses a value that cannot be disposed', () => {
    const stack = disposalStack();
    // @ts-expect-error the compiler refuses it as well
    expect(() => stack.use('thing', {})).toThrow(new TypeError('Cannot use "thing": it has neither Symbol.asyncDispose nor Symbol.dispose.'));
  });

  it('disposes at the end of a block by `await using`, also when the block throws', async () => {
    const ran: string[] = [];
    const work = async (): Promise<void> => {
      await using stack = disposalStack();
      stack.defer('part', () => { ran.push('disposed'); });
      ran.push('working');
      throw new Error('work failed');
    };
    await expect(work()).rejects.toThrow('work failed');
    expect(ran).toEqual(['working', 'disposed']);
  });

  it('disposes an empty stack', async () => {
    await expect(disposalStack().dispose()).resolves.toBeUndefined();
  });
});

describe('disposeOf', () => {
  it.each([undefined, null, 1, 'x', {}, () => {}, []])('finds nothing on %p', (value) => {
    expect(disposeOf(value)).toBeUndefined();
  });

  it('returns the method bound to its value', () => {
    const value = { state: 'open', [Symbol.dispose]() { this.state = 'closed'; } };
    disposeOf(value)!();
    expect(value.state).toBe('closed');
  });
});
