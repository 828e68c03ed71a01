/** Knows promises by what they do: those of another realm (Jest's, `node:vm`) and of a query builder are none of our class. */
export const isPromise = <T>(value: T | Promise<T>): value is Promise<T> => typeof (value as Partial<Promise<T>> | null | undefined)?.then === 'function';
