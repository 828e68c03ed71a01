import { constants } from 'node:os';
import { noopLogger, type Logger } from '@org/enterprise-kernel';
import type { Application } from './application.js';
import { StartAborted, StartFailed } from './errors.js';

/** The part of Node's `process` that is needed here. */
export interface ProcessLike {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): unknown;
}

export interface OnSignalsOptions {
  /** @default ['SIGTERM', 'SIGINT'] */
  readonly signals?: readonly NodeJS.Signals[];
  /** Ends the process. @default `process.exit` of the process given */
  readonly exit?: (code: number) => unknown;
  /** Is told about signals and about every failure of the stop. @default noopLogger */
  readonly logger?: Logger;
}

/**
 * Stops an application when the process is told to end.
 *
 * The first signal stops it and exits with 0, or with 1 if anything failed or did not finish in time. A second signal
 * exits at once, with 128 and the signal's number as shells have it. Disposing the result takes the listeners away.
 */
export function onSignals(process: ProcessLike, app: Pick<Application, 'stop'>, options: OnSignalsOptions = {}): Disposable {
  const { signals = ['SIGTERM', 'SIGINT'], exit = (code: number) => process.exit(code), logger = noopLogger } = options;
  let stopping = false;

  const listener = (signal: NodeJS.Signals): void => {
    if (stopping) {
      const code = 128 + constants.signals[signal];
      logger.error('Second signal: exiting at once, without finishing the stop', { signal, code });
      exit(code);
      return;
    }
    stopping = true;
    logger.info('Signal received: stopping; a second one exits at once', { signal });
    app.stop().then(
      () => exit(0),
      (error: unknown) => {
        logFailures(logger, 'The stop failed', error);
        exit(1);
      },
    );
  };
  for (const signal of signals) process.on(signal, listener);
  return { [Symbol.dispose]: () => { for (const signal of signals) process.off(signal, listener); } };
}

/**
 * Starts an application for the life of a process: stops it on signals, and exits with 1, after logging every failure,
 * if it does not start. A start that gave way to a stop is not a failure.
 */
export async function runApplication(process: ProcessLike, app: Pick<Application, 'start' | 'stop'>, options: OnSignalsOptions = {}): Promise<void> {
  const { exit = (code: number) => process.exit(code), logger = noopLogger } = options;
  onSignals(process, app, options);
  try {
    await app.start();
  } catch (error) {
    if (StartAborted.is(error)) return;
    logFailures(logger, 'The start failed', error);
    exit(1);
  }
}

function logFailures(logger: Logger, message: string, error: unknown): void {
  const parts = error instanceof AggregateError ? (error.errors as unknown[]) : StartFailed.is(error) ? [error, ...error.details.unwinding] : [error];
  for (const part of parts) logger.error(message, { error: part });
}
