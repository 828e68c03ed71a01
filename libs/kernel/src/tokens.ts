/** Names a value of type `V` in a dependency graph. Port and token share one name: `interface Mailer`, `const Mailer = token<Mailer>(...)`. */
export interface Token<out V> {
  /** `<area>.<Name>`, unique in an application. */
  readonly id: string;
  /** Equal for equal ids, in whichever copy of the library it was made. */
  readonly symbol: symbol;
  /** Never set: it holds the type, by a name that two copies of the library share. */
  readonly '~type'?: () => V;
}

/** What a factory asks for, by the names it wants to use. */
export interface Deps { readonly [name: string]: Token<unknown> }

/** What a factory gets for its {@link Deps}. */
export type Resolved<D extends Deps> = { readonly [K in keyof D]: D[K] extends Token<infer V> ? V : never };

/** Returns the value of a token. Everything that composes parts takes this function, not a container. */
export type Resolve = <V>(token: Token<V>) => V;

/** Declares a token. The id is its identity: the same id gives the same token everywhere. */
export const token = <V>(id: string): Token<V> => ({ id, symbol: Symbol.for(`org.enterprise.token:${id}`) });

/** Resolves a record of dependencies. */
export const resolveDeps = <D extends Deps>(deps: D, resolve: Resolve): Resolved<D> =>
  Object.fromEntries(Object.entries(deps).map(([name, dependency]) => [name, resolve(dependency)])) as Resolved<D>;
