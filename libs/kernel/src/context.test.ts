import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AsyncLocalStorage } from 'node:async_hooks';
import { jest } from '@jest/globals';
import { anonymous } from './caller.js';
import type * as context from './context.js';
import { bindContext, bindEmitter, currentContext, extendContext, leaveContext, runInContext, type RequestContext } from './context.js';

const id = (): string | undefined => currentContext()?.requestId;
const inside = <R>(requestId: string, task: () => R): R => runInContext({ requestId }, task);
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds));

describe('the request context', () => {
  it('is there inside and gone outside', () => {
    const request: RequestContext = { requestId: 'r1', tenant: 'acme' };
    expect(currentContext()).toBeUndefined();
    expect(runInContext(request, currentContext)).toBe(request);
    expect(currentContext()).toBeUndefined();
  });

  it('is gone after a throw, too', () => {
    expect(() => inside('r1', () => { throw new Error('x'); })).toThrow('x');
    expect(currentContext()).toBeUndefined();
  });

  it('lasts through awaits, timers, ticks and microtasks of many at once', async () => {
    const task = async (): Promise<unknown[]> => {
      const seen = [id()];
      await null;
      seen.push(id());
      await pause(Math.random() * 5);
      seen.push(id());
      seen.push(await new Promise((resolve) => setImmediate(() => resolve(id()))));
      seen.push(await new Promise((resolve) => process.nextTick(() => resolve(id()))));
      await new Promise<void>((resolve) => queueMicrotask(() => { seen.push(id()); resolve(); }));
      return seen;
    };
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => inside(`r${i}`, task)));
    all.forEach((seen, i) => expect(seen).toEqual(Array(6).fill(`r${i}`)));
  });

  it('lasts through a pipeline of streams', async () => {
    const run = (): Promise<Set<string | undefined>> => inside(`r${Math.random()}`, async () => {
      const seen = new Set([id()]);
      const look = new Transform({ transform(chunk, _encoding, done) { seen.add(id()); setTimeout(() => { seen.add(id()); done(null, chunk); }, 1); } });
      await pipeline(Readable.from(['a', 'b', 'c']), look, async (chunks) => {
        for await (const _ of chunks) seen.add(id());
      });
      return seen.add(id());
    });
    const seen = await Promise.all([run(), run(), run()]);
    expect(seen.map(({ size }) => size)).toEqual([1, 1, 1]);
    expect(new Set(seen.flatMap((ids) => [...ids])).size).toBe(3);
  });

  it('can be extended for a part of the work', () => {
    inside('r1', () => {
      expect(extendContext({ caller: anonymous, tenant: 'acme' }, currentContext)).toEqual({ requestId: 'r1', caller: anonymous, tenant: 'acme' });
      expect(currentContext()).toEqual({ requestId: 'r1' });
    });
    expect(() => extendContext({ tenant: 'acme' }, () => {})).toThrow(new TypeError('extendContext needs a surrounding runInContext.'));
  });

  it('can be left for work that outlives the request', async () => {
    const seen = await inside('r1', async () => {
      const left = leaveContext(async () => {
        await null;
        return id();
      });
      return [await left, id()];
    });
    expect(seen).toEqual([undefined, 'r1']);
  });

  it('is shared with another copy of the library', async () => {
    const copy: typeof context = await import('./context.js?copy' as string);
    expect(copy.runInContext).not.toBe(runInContext);
    expect(inside('r1', () => copy.currentContext())).toEqual({ requestId: 'r1' });
    const theirs: RequestContext = { requestId: 'r2' };
    expect(copy.runInContext(theirs, currentContext)).toBe(theirs);
    const source = bindEmitter(new EventEmitter());
    const { on } = source;
    expect(copy.bindEmitter(source).on).toBe(on);
  });

  it('is typed as read-only', () => {
    const request: RequestContext = { requestId: 'r1' };
    // @ts-expect-error replaced by extendContext, not changed
    request.tenant = 'acme';
    // @ts-expect-error an id is needed
    const wrong: RequestContext = {};
    expect([request.tenant, wrong]).toEqual(['acme', {}]);
  });
});

describe('bindContext', () => {
  it('binds a callback to the context of the call, keeping its arguments, result and this', () => {
    const callback = inside('r1', () => bindContext(function (this: { base: number }, more: number) { return [id(), this.base + more]; }));
    expect(inside('r2', () => callback.call({ base: 40 }, 2))).toEqual(['r1', 42]);
  });

  it('binds to having none as well, and to what others keep in their own storage', () => {
    const span = new AsyncLocalStorage<string>();
    const callback = span.run('span 1', () => bindContext(() => [id(), span.getStore()]));
    expect(span.run('span 2', () => inside('r1', callback))).toEqual([undefined, 'span 1']);
  });
});

describe('bindEmitter', () => {
  const emitter = (): EventEmitter => bindEmitter(new EventEmitter());
  const collect = (): { seen: unknown[]; note: (...args: unknown[]) => void } => {
    const seen: unknown[] = [];
    return { seen, note: (...args) => void seen.push([id(), ...args]) };
  };

  it.each(['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const)('runs a listener of %s in the context that added it', (method) => {
    const source = emitter();
    const { seen, note } = collect();
    expect(inside('r1', () => source[method]('data', note))).toBe(source);
    inside('r2', () => source.emit('data', 1, 2));
    source.emit('data', 3);
    expect(seen).toEqual(method.toLowerCase().includes('once') ? [['r1', 1, 2]] : [['r1', 1, 2], ['r1', 3]]);
  });

  it('passes the emitter as this', () => {
    const source = emitter();
    const seen: unknown[] = [];
    inside('r1', () => source.once('data', function (this: unknown) { seen.push(this); }));
    source.emit('data');
    expect(seen).toEqual([source]);
  });

  it('keeps each context when the same listener is added in several', () => {
    const source = emitter();
    const { seen, note } = collect();
    inside('r1', () => source.on('data', note));
    inside('r2', () => source.on('data', note));
    inside('r3', () => source.prependOnceListener('data', note));
    expect(source.listenerCount('data')).toBe(3);
    expect(source.listenerCount('data', note)).toBe(3);
    source.emit('data');
    source.emit('data');
    expect(seen).toEqual([['r3'], ['r1'], ['r2'], ['r1'], ['r2']]);
  });

  it.each(['removeListener', 'off'] as const)('%s removes the listener that was added last, one at a time', (method) => {
    const source = emitter();
    const { seen, note } = collect();
    inside('r1', () => source.on('data', note));
    inside('r2', () => source.once('data', note));
    source[method]('data', note);
    source.emit('data');
    expect(seen).toEqual([['r1']]);
    source[method]('data', note);
    source[method]('data', note);
    source.emit('data');
    expect(source.listenerCount('data')).toBe(0);
    expect(seen).toHaveLength(1);
  });

  it('removes the very listener of `once` that ran, not another use of the same function', () => {
    const source = emitter();
    const { seen, note } = collect();
    inside('r1', () => source.once('data', note));
    inside('r2', () => source.on('data', note));
    source.emit('data');
    source.emit('data');
    expect(seen).toEqual([['r1'], ['r2'], ['r2']]);
  });

  it('runs a `once` listener once even if it emits the event again', () => {
    const source = emitter();
    let runs = 0;
    source.once('data', () => {
      if (++runs < 5) source.emit('data');
    });
    source.emit('data');
    expect(runs).toBe(1);
  });

  it('does not show its wrappers', () => {
    const source = emitter();
    const announced = jest.fn();
    const removed = jest.fn();
    source.on('newListener', announced);
    source.on('removeListener', removed);
    announced.mockClear();
    const listener = (): void => {};
    source.on('data', listener);
    source.once('end', listener);
    expect(source.listeners('data')).toEqual([listener]);
    expect(source.listeners('end')).toEqual([listener]);
    expect(announced.mock.calls).toEqual([['data', listener], ['end', listener]]);
    source.removeListener('data', listener);
    source.emit('end');
    expect(removed.mock.calls).toEqual([['data', listener], ['end', listener]]);
  });

  it('leaves listeners that are there already alone', () => {
    const source = new EventEmitter();
    const { seen, note } = collect();
    inside('r1', () => source.on('data', note));
    inside('r2', () => bindEmitter(source));
    inside('r3', () => source.emit('data'));
    expect(seen).toEqual([['r3']]);
    source.off('data', note);
    expect(source.listenerCount('data')).toBe(0);
  });

  it('binds only once', () => {
    const source = emitter();
    const { on } = source;
    expect(bindEmitter(source)).toBe(source);
    expect(source.on).toBe(on);
    expect(bindEmitter(Object.create(source) as EventEmitter).on).toBe(on);
  });

  it('works where one method of the emitter calls another', () => {
    class Chatty extends EventEmitter {
      override on(event: string, listener: (...args: any[]) => void): this { return this.addListener(event, listener); }
      override addListener(event: string, listener: (...args: any[]) => void): this { return super.addListener(event, listener); }
    }
    const source = bindEmitter(new Chatty());
    const { seen, note } = collect();
    inside('r1', () => source.on('data', note).once('end', note));
    source.emit('data');
    expect(source.listeners('end')).toEqual([note]);
    source.emit('end');
    source.emit('end');
    source.off('data', note);
    source.emit('data');
    expect(seen).toEqual([['r1'], ['r1']]);
  });

  it('keeps a raw listener bound when it is added again, also as `once`', () => {
    const source = emitter();
    const { seen, note } = collect();
    inside('r1', () => source.on('data', note));
    const [raw] = source.rawListeners('data') as [() => void];
    inside('r2', () => source.once('end', raw).on('close', raw));
    for (const event of ['end', 'end', 'close', 'close']) source.emit(event);
    expect(seen).toEqual([['r1'], ['r1'], ['r1']]);
  });

  it.each(['on', 'once', 'prependListener'] as const)('refuses what %s of Node refuses', (method) => {
    expect(() => emitter()[method]('data', undefined as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
  });

  it('works with promises of events and with streams', async () => {
    const stream = bindEmitter(new PassThrough());
    const chunks: unknown[] = [];
    const ended = inside('r1', async () => {
      stream.on('data', (chunk: Buffer) => chunks.push([id(), String(chunk)]));
      await once(stream, 'end');
      return id();
    });
    inside('socket', () => stream.end('abc'));
    expect(await ended).toBe('r1');
    expect(chunks).toEqual([['r1', 'abc']]);
    expect(stream.listenerCount('error')).toBe(new PassThrough().listenerCount('error'));
  });

  it('does not disturb piping and unpiping', async () => {
    const source = bindEmitter(new PassThrough());
    const target = new PassThrough();
    const before = ['data', 'end', 'unpipe'].map((event) => [source.listenerCount(event), target.listenerCount(event)]);
    source.pipe(target);
    source.unpipe(target);
    expect(['data', 'end', 'unpipe'].map((event) => [source.listenerCount(event), target.listenerCount(event)])).toEqual(before);
    source.pipe(target);
    source.end('abc');
    expect(String(await target.toArray())).toBe('abc');
  });

  it('keeps the type of the emitter', () => {
    const stream: PassThrough = bindEmitter(new PassThrough());
    expect(stream).toBeInstanceOf(PassThrough);
  });
});

test('a field that a context computes lasts in an extended one, and can be replaced there', () => {
  class Lazy {
    requestId = 'r1';
    own: AbortSignal | undefined;
    get signal(): AbortSignal { return (this.own ??= AbortSignal.abort(this.requestId)); }
    set signal(signal: AbortSignal) { this.own = signal; }
  }
  runInContext(new Lazy(), () => {
    const { signal } = new AbortController();
    expect(extendContext({ tenant: 't' }, () => [currentContext()!.tenant, currentContext()!.signal!.reason])).toEqual(['t', 'r1']);
    expect(extendContext({ signal }, () => currentContext()!.signal)).toBe(signal);
  });
});
