import { inspect } from 'node:util';
import { z } from 'zod';
import type * as errors from './errors.js';
import { defineError, isAppError, type AppError, type ErrorClass } from './errors.js';
import type { StandardSchemaV1 } from './standard-schema.js';

const OutOfStock = defineError('OUT_OF_STOCK', {
  kind: 'conflict',
  title: 'Some items are out of stock.',
  details: z.object({ product_ids: z.array(z.string()), at: z.coerce.number().default(7) }),
});
const SessionExpired = defineError('SESSION_EXPIRED', { kind: 'unauthenticated', title: 'The session has expired.' });

const secondCopy = (): Promise<typeof errors> => import('./errors.js?copy' as string);

const thrownBy = (task: () => unknown): Error => {
  try {
    task();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('an error class', () => {
  it('carries its declaration', () => {
    const { code, kind, title, name } = OutOfStock;
    expect({ code, kind, title, name }).toEqual({ code: 'OUT_OF_STOCK', kind: 'conflict', title: 'Some items are out of stock.', name: 'OUT_OF_STOCK' });
    expect(OutOfStock.details?.['~standard'].vendor).toBe('zod');
    expect(SessionExpired.details).toBeUndefined();
  });

  it.each(['out_of_stock', 'OutOfStock', '', '1ST', '_A', 'A_', 'A__B', 'A-B', 'A\n'])('refuses the code %j', (code) => {
    expect(() => defineError(code, { kind: 'conflict', title: 'x' })).toThrow(new TypeError(`Error code "${code}" must be UPPER_SNAKE_CASE.`));
  });

  it.each(['A', 'HTTP2_GONE', 'E404'])('takes the code %j', (code) => {
    expect(defineError(code, { kind: 'conflict', title: 'x' }).code).toBe(code);
  });
});

describe('an error', () => {
  it('is an Error with its code, kind and title', () => {
    const error = new OutOfStock({ product_ids: ['p1'] });
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(OutOfStock);
    expect(error).toMatchObject({ name: 'OUT_OF_STOCK', code: 'OUT_OF_STOCK', kind: 'conflict', message: 'Some items are out of stock.' });
  });

  it('names its code in the first line of the stack and where it was made in the second', () => {
    const [first, second] = new OutOfStock({ product_ids: [] }).stack!.split('\n');
    expect(first).toBe('OUT_OF_STOCK: Some items are out of stock.');
    expect(second).toContain('errors.test.ts');
  });

  it('keeps the message and the cause that are given', () => {
    const cause = new Error('select failed');
    const error = new SessionExpired(undefined, { message: 'Log in again.', cause });
    expect(error.message).toBe('Log in again.');
    expect(error.cause).toBe(cause);
    expect(error.stack).toMatch(/^SESSION_EXPIRED: Log in again\.\n/);
  });

  it('has no cause of its own', () => {
    expect(new SessionExpired()).not.toHaveProperty('cause');
    expect(new SessionExpired(undefined, { message: undefined as never }).message).toBe('The session has expired.');
  });

  it('prints with its details and none of its workings', () => {
    const text = inspect(new OutOfStock({ product_ids: ['p1'] }, { cause: new Error('root') }));
    expect(text).toMatch(/^OUT_OF_STOCK: Some items are out of stock\.\n/);
    expect(text).toContain("code: 'OUT_OF_STOCK'");
    expect(text).toContain("details: { product_ids: [ 'p1' ], at: 7 }");
    expect(text).toContain('[cause]: Error: root');
    expect(text).not.toMatch(/Symbol|enterprise\.error|name:|Defined|\[OUT_OF_STOCK\]/);
    expect(inspect(new SessionExpired())).not.toContain('details');
  });

  it('becomes JSON without stack and cause', () => {
    const error = new OutOfStock({ product_ids: ['p1'] }, { cause: new Error('secret SQL') });
    expect(JSON.parse(JSON.stringify({ error }))).toEqual({
      error: { code: 'OUT_OF_STOCK', kind: 'conflict', message: 'Some items are out of stock.', details: { product_ids: ['p1'], at: 7 } },
    });
    expect(JSON.stringify(new SessionExpired())).toBe('{"code":"SESSION_EXPIRED","kind":"unauthenticated","message":"The session has expired."}');
  });
});

describe('details', () => {
  it('are parsed, and lose what the schema does not declare', () => {
    const given = { product_ids: ['p1'], password: 'hunter2' };
    expect(new OutOfStock(given).details).toEqual({ product_ids: ['p1'], at: 7 });
  });

  it('are dropped where none are declared', () => {
    expect(new SessionExpired({ password: 'hunter2' } as never).details).toBeUndefined();
  });

  it('that are wrong throw TypeError, which names each field and keeps the cause', () => {
    const cause = new Error('root');
    const error = thrownBy(() => new OutOfStock({ product_ids: ['a', 1], at: 'x' } as never, { cause }));
    expect(error).toBeInstanceOf(TypeError);
    expect(isAppError(error)).toBe(false);
    expect(error.message).toMatch(/^Wrong details for error OUT_OF_STOCK: product_ids\.1: .+; at: .+/);
    expect(error.cause).toBe(cause);
  });

  it('that are missing throw TypeError', () => {
    expect(() => new OutOfStock(undefined as never)).toThrow(/^Wrong details for error OUT_OF_STOCK: \(details\): /);
  });

  it('may be checked by a schema written by hand', () => {
    const positive: StandardSchemaV1<{ left: number }> = {
      '~standard': {
        version: 1,
        vendor: 'by-hand',
        validate: (value) => {
          const { left } = value as { left: number };
          return left > 0 ? { value: { left } } : { issues: [{ message: 'must be positive', path: [{ key: 'left' }] }, { message: 'no path' }] };
        },
      },
    };
    const Quota = defineError('QUOTA', { kind: 'limited', title: 'Too much.', details: positive });
    expect(new Quota({ left: 3 }).details).toEqual({ left: 3 });
    expect(() => new Quota({ left: -1 })).toThrow(new TypeError('Wrong details for error QUOTA: left: must be positive; (details): no path'));
  });

  it('are not checked by an asynchronous schema, and its rejection does not end the process', async () => {
    const slow: StandardSchemaV1<string> = { '~standard': { version: 1, vendor: 'by-hand', validate: () => Promise.reject(new Error('late')) } };
    const Slow = defineError('SLOW', { kind: 'internal', title: 'Slow.', details: slow });
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', note);
    const error = thrownBy(() => new Slow('x', { cause: 'root' }));
    expect([error.name, error.message, error.cause]).toEqual(['TypeError', 'The details schema of SLOW must be synchronous.', 'root']);
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
  });
});

describe('recognition', () => {
  it('tells an error of this class from others', () => {
    const error: unknown = new OutOfStock({ product_ids: [] });
    expect(OutOfStock.is(error)).toBe(true);
    expect(SessionExpired.is(error)).toBe(false);
  });

  it.each([undefined, null, 'OUT_OF_STOCK', 7, {}, new Error('x'), { code: 'OUT_OF_STOCK', kind: 'conflict' }])('is not fooled by %p', (value) => {
    expect(isAppError(value)).toBe(false);
    expect(OutOfStock.is(value)).toBe(false);
  });

  it('works for an error from another copy of the library', async () => {
    const copy = await secondCopy();
    expect(copy.defineError).not.toBe(defineError);
    const Theirs = copy.defineError('SESSION_EXPIRED', { kind: 'unauthenticated', title: 'Theirs.' });
    const error: unknown = new Theirs();
    expect(error).not.toBeInstanceOf(SessionExpired);
    expect(isAppError(error)).toBe(true);
    expect(SessionExpired.is(error)).toBe(true);
    expect(OutOfStock.is(error)).toBe(false);
    expect(copy.isAppError(new SessionExpired())).toBe(true);
  });
});

describe('types', () => {
  it('ask for details where the schema does, and only there', () => {
    const Optional = defineError('OPTIONAL', { kind: 'invalid', title: 'x', details: z.object({ a: z.string() }).optional() });
    const calls = (): void => {
      new SessionExpired();
      new Optional();
      new Optional({ a: 'x' }, { message: 'y' });
      new OutOfStock({ product_ids: [] }, { cause: 1 });
      // @ts-expect-error details are required
      new OutOfStock();
      // @ts-expect-error a field is missing
      new OutOfStock({ at: 7 });
      // @ts-expect-error a field has the wrong type
      new OutOfStock({ product_ids: [7] });
      // @ts-expect-error there are no details
      new SessionExpired({ a: 1 });
      // @ts-expect-error not an option
      new SessionExpired(undefined, { status: 401 });
      // @ts-expect-error not a kind
      defineError('X', { kind: 'teapot', title: 'x' });
    };
    expect(calls).toBeInstanceOf(Function);
    expect(new Optional().details).toBeUndefined();
  });

  it('know the details as the schema puts them out', () => {
    const { details, code }: { details: { product_ids: string[]; at: number }; code: 'OUT_OF_STOCK' } = new OutOfStock({ product_ids: [] });
    expect([details.at, code]).toEqual([7, 'OUT_OF_STOCK']);
  });

  it('narrow a union by its code, and an unknown by is()', () => {
    type Faults = InstanceType<typeof OutOfStock> | InstanceType<typeof SessionExpired>;
    const describeFault = (fault: Faults): string => {
      switch (fault.code) {
        case 'OUT_OF_STOCK': return fault.details.product_ids.join();
        case 'SESSION_EXPIRED': return fault.details ?? 'none';
      }
    };
    const caught: unknown = new OutOfStock({ product_ids: ['a', 'b'] });
    expect(OutOfStock.is(caught) && caught.details.product_ids.length).toBe(2);
    expect([describeFault(new OutOfStock({ product_ids: ['a', 'b'] })), describeFault(new SessionExpired())]).toEqual(['a,b', 'none']);
  });

  it('let classes of all shapes stand in one list', () => {
    const classes: readonly ErrorClass[] = [OutOfStock, SessionExpired];
    const thrown: readonly AppError[] = [new OutOfStock({ product_ids: [] }), new SessionExpired()];
    const codes: readonly (typeof OutOfStock | typeof SessionExpired)['code'][] = ['OUT_OF_STOCK', 'SESSION_EXPIRED'];
    expect(classes.map(({ code }) => code)).toEqual(codes);
    expect(thrown.map(({ code }) => code)).toEqual(codes);
  });
});
