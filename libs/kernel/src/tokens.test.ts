import type * as tokens from './tokens.js';
import { resolveDeps, token, type Deps, type Resolve, type Resolved, type Token } from './tokens.js';

interface Animal { readonly name: string }
interface Dog extends Animal { bark(): string }

const Dog = token<Dog>('zoo.Dog');
const Limit = token<number | undefined>('zoo.Limit');
const rex: Dog = { name: 'Rex', bark: () => 'woof' };

const resolve: Resolve = (wanted) => {
  const values = new Map<symbol, unknown>([[Dog.symbol, rex], [Limit.symbol, 3]]);
  if (!values.has(wanted.symbol)) throw new Error(`nobody provides ${wanted.id}`);
  return values.get(wanted.symbol) as never;
};

describe('token', () => {
  it('has the same symbol for the same id, also in another copy of the library', async () => {
    const copy: typeof tokens = await import('./tokens.js?copy' as string);
    expect(copy.token).not.toBe(token);
    expect(token('zoo.Dog').symbol).toBe(Dog.symbol);
    expect(copy.token('zoo.Dog').symbol).toBe(Dog.symbol);
    expect(token('zoo.Cat').symbol).not.toBe(Dog.symbol);
    expect(Dog.id).toBe('zoo.Dog');
  });

  it('stays out of the way of other symbols', () => {
    expect(token('org.enterprise.error').symbol).not.toBe(Symbol.for('org.enterprise.error'));
  });

  it('of a narrower type stands in for one of a wider type, and not the other way round', () => {
    const animal: Token<Animal> = Dog;
    const anything: Token<unknown> = Dog;
    // @ts-expect-error an animal need not bark
    const dog: Token<Dog> = token<Animal>('zoo.Animal');
    // @ts-expect-error neither is the other
    const text: Token<string> = Dog;
    expect([animal, anything, text].every((each) => (each as unknown) === Dog)).toBe(true);
    expect(dog.id).toBe('zoo.Animal');
  });

  it('of another copy of the library has the same type', () => {
    type TheirToken<V> = { readonly id: string; readonly symbol: symbol; readonly '~type'?: () => V };
    const theirs: TheirToken<Dog> = Dog;
    const ours: Token<Dog> = theirs;
    // @ts-expect-error a number is no dog
    const wrong: Token<number> = theirs;
    expect(ours).toBe(wrong);
  });
});

describe('resolveDeps', () => {
  it('gives each dependency by its name', () => {
    const { dog, limit } = resolveDeps({ dog: Dog, limit: Limit }, resolve);
    expect(dog.bark()).toBe('woof');
    expect((limit ?? 0) + 1).toBe(4);
  });

  it('gives nothing for nothing', () => {
    expect(resolveDeps({}, resolve)).toEqual({});
  });

  it('passes on what the resolver throws', () => {
    expect(() => resolveDeps({ cat: token<Animal>('zoo.Cat') }, resolve)).toThrow('nobody provides zoo.Cat');
  });

  it('types what it gives, undefined included', () => {
    const deps = { dog: Dog, limit: Limit } satisfies Deps;
    const resolved: Resolved<typeof deps> = { dog: rex, limit: undefined };
    const exact: [Resolved<typeof deps>['limit']] extends [number] ? 'defined' : 'optional' = 'optional';
    // @ts-expect-error a dog, not a string
    const wrong: Resolved<typeof deps> = { dog: 'Rex', limit: 1 };
    // @ts-expect-error perhaps undefined
    const limit: number = resolved.limit;
    const read = (): void => {
      // @ts-expect-error not asked for
      void resolveDeps(deps, resolve).cat;
      // @ts-expect-error read-only
      resolveDeps(deps, resolve).dog = rex;
    };
    expect([exact, wrong.dog, limit, typeof read]).toEqual(['optional', 'Rex', undefined, 'function']);
  });
});
