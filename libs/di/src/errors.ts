import { defineError, typedDetails } from '@org/enterprise-kernel';
import type { GraphFault } from './graph-fault.js';

/** Every fault of a dependency graph at once, found before anything was built. */
export const DependencyGraphInvalid = defineError('DEPENDENCY_GRAPH_INVALID', {
  kind: 'internal',
  title: 'The dependency graph is invalid.',
  details: typedDetails<{ readonly faults: readonly GraphFault[] }>(),
});

/** Something was asked for at run time that nothing provides. */
export const DependencyUnknown = defineError('DEPENDENCY_UNKNOWN', {
  kind: 'internal',
  title: 'Nothing provides this dependency.',
  details: typedDetails<{ readonly id: string; readonly nearest: string | undefined }>(),
});

/** A request-scoped value was asked for outside of a scope. */
export const DependencyScopeRequired = defineError('DEPENDENCY_SCOPE_REQUIRED', {
  kind: 'internal',
  title: 'A request-scoped dependency needs a scope.',
  details: typedDetails<{ readonly id: string }>(),
});

/** A factory of request or transient scope returned a promise. */
export const DependencyAsync = defineError('DEPENDENCY_ASYNC', {
  kind: 'internal',
  title: 'Only singletons may be created asynchronously.',
  details: typedDetails<{ readonly id: string; readonly scope: string }>(),
});

/** Something was asked for before the container had built it. */
export const ContainerNotStarted = defineError('CONTAINER_NOT_STARTED', {
  kind: 'internal',
  title: 'The container has not been started.',
  details: typedDetails<{ readonly id: string }>(),
});

/** A container or a scope was used after its disposal. */
export const ContainerStopped = defineError('CONTAINER_STOPPED', {
  kind: 'unavailable',
  title: 'The container has been stopped.',
  details: typedDetails<{ readonly what: 'container' | 'scope' }>(),
});

/** A factory or a start hook failed; the cause is its error. Everything built before it has been disposed of. */
export const StartFailed = defineError('START_FAILED', {
  kind: 'internal',
  title: 'The start failed.',
  details: typedDetails<{ readonly step: string; readonly unwinding: readonly Error[] }>(),
});

/** The start gave way to a stop. Everything built before it has been disposed of. */
export const StartAborted = defineError('START_ABORTED', {
  kind: 'unavailable',
  title: 'The start was interrupted by a stop.',
  details: typedDetails<{ readonly unwinding: readonly Error[] }>(),
});

/** One step of a stop did not finish before the deadline. */
export const StopTimedOut = defineError('STOP_TIMED_OUT', {
  kind: 'timeout',
  title: 'The stop did not finish before its deadline.',
  details: typedDetails<{ readonly step: string; readonly skipped: readonly string[] }>(),
});

/** A module came after the start. */
export const RegistrationLate = defineError('REGISTRATION_LATE', {
  kind: 'internal',
  title: 'Modules are registered before the start.',
  details: typedDetails<{ readonly modules: readonly string[] }>(),
});

/** Every error code of this library. */
export type DiErrorCode =
  | typeof DependencyGraphInvalid.code
  | typeof DependencyUnknown.code
  | typeof DependencyScopeRequired.code
  | typeof DependencyAsync.code
  | typeof ContainerNotStarted.code
  | typeof ContainerStopped.code
  | typeof StartFailed.code
  | typeof StartAborted.code
  | typeof StopTimedOut.code
  | typeof RegistrationLate.code;
