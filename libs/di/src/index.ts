export { adoptContainer, type Adopted } from './adopt.js';
export { createApplication, type Application, type ApplicationOptions } from './application.js';
export { provideClass, type ProvideClassOptions } from './class-provider.js';
export { createContainer, type Container, type ContainerOptions } from './container.js';
export {
  ContainerNotStarted, ContainerStopped, DependencyAsync, DependencyGraphInvalid, DependencyScopeRequired, DependencyUnknown,
  RegistrationLate, StartAborted, StartFailed, StopTimedOut, type DiErrorCode,
} from './errors.js';
export type { GraphFault, GraphFaultCode } from './graph-fault.js';
export type { DependencyGraph, GraphNode } from './graph.js';
export type { Class, Key } from './key.js';
export { lazy, type LazyToken } from './lazy.js';
export type { LifecycleState, StopOptions } from './lifecycle.js';
export { defineModule, type Module } from './module.js';
export { provide, provideValue, service, type AdoptedProvider, type ClassProvider, type FactoryProvider, type Provider, type ProviderHooks, type ProviderScope, type ProvideOptions, type Service, type ValueOf } from './provider.js';
export type { RequestScope } from './request-scope.js';
export { onSignals, runApplication, type OnSignalsOptions, type ProcessLike } from './signals.js';
export type { StartReport, StartReportEntry } from './start-report.js';
