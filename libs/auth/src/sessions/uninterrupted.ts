import { currentContext, extendContext } from '@org/enterprise-kernel';

/** Runs what has to be done even if the client that caused it hangs up. */
export const uninterrupted = <R>(work: () => R): R => (currentContext() ? extendContext({ signal: undefined } as never, work) : work());
