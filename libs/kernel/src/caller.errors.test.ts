import { Forbidden, Unauthenticated, type KernelErrorCode } from './caller.errors.js';

describe('the refusals of a caller', () => {
  it('say what is missing, and nothing that was not declared', () => {
    const error = new Forbidden({ permission: 'orders:ship', policy: 'orders.ship', secret: 'x' } as never);
    expect(JSON.parse(JSON.stringify(error))).toEqual({ code: 'FORBIDDEN', kind: 'forbidden', message: 'The caller may not do this.', details: { permission: 'orders:ship', policy: 'orders.ship' } });
    expect(new Forbidden({}).details).toEqual({});
    expect(new Forbidden({ policy: undefined }).details).toEqual({});
  });

  it('are made of texts', () => {
    expect(() => new Forbidden({ permission: 1 } as never)).toThrow('permission: expected a string');
    expect(() => new Forbidden(undefined as never)).toThrow(TypeError);
    // @ts-expect-error details are an object, if an empty one
    expect(() => new Forbidden()).toThrow('expected an object');
  });

  it('describe their details by JSON Schema', () => {
    const schema = { type: 'object', properties: { permission: { type: 'string' }, policy: { type: 'string' } } };
    const described = Forbidden.details!['~standard'].jsonSchema!;
    expect([described.input({ target: 'draft-2020-12' }), described.output({ target: 'draft-2020-12' })]).toEqual([schema, schema]);
  });

  it('are the codes of this library', () => {
    const codes: Record<KernelErrorCode, true> = { UNAUTHENTICATED: true, FORBIDDEN: true };
    expect([Unauthenticated.code, Forbidden.code].sort()).toEqual(Object.keys(codes).sort());
  });
});
