/** What is wrong with a dependency graph. */
export type GraphFaultCode =
  /** Somebody needs what nothing provides. */
  | 'MISSING'
  /** Providers need each other. */
  | 'CYCLE'
  /** A singleton would keep a value that belongs to one request. */
  | 'CAPTIVE'
  /** Two providers of one token. */
  | 'DUPLICATE'
  /** An override of what nothing provides. */
  | 'UNKNOWN_OVERRIDE'
  /** A class whose constructor parameters nobody described. */
  | 'UNTYPED_PARAMETER'
  /** A request or transient factory that is an async function. */
  | 'ASYNC_FACTORY'
  /** A lifecycle hook that would never run in this scope. */
  | 'UNUSED_HOOK';

/** One fault of a dependency graph. */
export interface GraphFault {
  readonly code: GraphFaultCode;
  /** One sentence for a person. */
  readonly message: string;
  /** Ids of the providers concerned, from the one that asks to the one at fault; a cycle ends where it begins. */
  readonly path: readonly string[];
  /** Names of the modules of those providers, without repetition. */
  readonly modules: readonly string[];
  /** What was probably meant. */
  readonly nearest?: string;
}
