import { anonymous } from './caller.js';

describe('anonymous', () => {
  it('has no rights', () => {
    expect(anonymous).toMatchObject({ id: 'anonymous', kind: 'anonymous', roles: [] });
    expect(anonymous.permissions.size).toBe(0);
  });

  it('cannot be given any', () => {
    (anonymous.permissions as Set<string>).add('order:delete');
    expect(() => (anonymous.roles as string[]).push('admin')).toThrow(TypeError);
    expect(() => Object.assign(anonymous, { id: 'root' })).toThrow(TypeError);
    expect(() => Object.assign(anonymous, { permissions: new Set(['x']) })).toThrow(TypeError);
    expect([...anonymous.permissions, ...anonymous.roles]).toEqual([]);
  });

  it('is read-only to the compiler', () => {
    const calls = (): void => {
      // @ts-expect-error no such method
      anonymous.permissions.add('x');
      // @ts-expect-error no such method
      anonymous.roles.push('x');
      // @ts-expect-error read-only
      anonymous.id = 'root';
    };
    expect(calls).toThrow(TypeError);
  });
});
