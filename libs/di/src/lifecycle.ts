import { DisposalError, sleep, type Clock, type Duration, type Logger } from '@org/enterprise-kernel';
import type { Binding } from './binding.js';
import { compileMake, disposerOf } from './compile.js';
import { ContainerStopped, StartAborted, StartFailed } from './errors.js';
import type { Runtime } from './runtime.js';
import { StartTimes, type StartReport } from './start-report.js';
import { messageOf, runStopSteps, type StopStep } from './stop-steps.js';

/** Only `ready` means that everything runs; it ends as soon as a stop begins. */
export type LifecycleState = 'created' | 'starting' | 'ready' | 'stopping' | 'stopped';

export interface StopOptions {
  /** How long to go on as before once readiness is off, so that load balancers notice before requests are refused. @default { seconds: 0 } */
  readonly delay?: Duration;
  /** How long all drain hooks together may take. @default { seconds: 10 } */
  readonly drainWithin?: Duration;
  /** How long the stop hooks and the disposal together may take. @default { seconds: 10 } */
  readonly finishWithin?: Duration;
}

export interface LifecycleOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stop: StopOptions;
  readonly onReady: () => unknown;
}

interface Built { readonly binding: Binding; readonly value: unknown }

/** Brings singletons up in order and down in reverse, once. */
export class Lifecycle {
  readonly #order: readonly Binding[];
  readonly #runtime: Runtime;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onReady: () => unknown;
  readonly #limits: Required<StopOptions>;
  readonly #built: Built[] = [];
  readonly #started: Built[] = [];
  #state: LifecycleState = 'created';
  #starting: Promise<StartReport> | undefined;
  #stopping: Promise<void> | undefined;
  /** What the start is doing, to name it if it hangs. */
  #step = 'Starting';
  #unwinding: Promise<Error[]> | undefined;

  constructor(order: readonly Binding[], runtime: Runtime, { clock, logger, stop, onReady }: LifecycleOptions) {
    this.#order = order;
    this.#runtime = runtime;
    this.#clock = clock;
    this.#logger = logger;
    this.#onReady = onReady;
    this.#limits = { delay: { seconds: 0 }, drainWithin: { seconds: 10 }, finishWithin: { seconds: 10 }, ...stop };
  }

  get state(): LifecycleState {
    return this.#state;
  }

  start(): Promise<StartReport> {
    return (this.#starting ??= this.#stopping ? Promise.reject(stopped()) : this.#start());
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#starting ? this.#stop() : this.#neverStarted());
  }

  async #start(): Promise<StartReport> {
    this.#state = 'starting';
    this.#runtime.open();
    const times = new StartTimes();
    const begin = this.#clock.now();
    try {
      for (const binding of this.#order) times.built(binding, await this.#timed('Building', binding.id, () => this.#build(binding)));
      for (const built of this.#built.slice()) {
        const { start } = built.binding.provider.hooks;
        if (start) times.started(built.binding, await this.#timed('Starting', built.binding.id, () => start(built.value)));
        this.#started.push(built);
      }
      await this.#timed('Running', 'onReady', this.#onReady);
    } catch (cause) {
      throw await this.#failed(cause);
    }
    this.#state = 'ready';
    const report = times.report(this.#clock.now() - begin);
    this.#logger.info('Started', { milliseconds: report.milliseconds, providers: report.entries.length, tree: report.toText() });
    return report;
  }

  async #build(binding: Binding): Promise<void> {
    const value: unknown = await compileMake(binding, this.#runtime.root)(this.#runtime.root);
    binding.get = () => value;
    this.#built.push({ binding, value });
  }

  /** Runs a step of the start and returns its milliseconds; gives up before and after it if a stop was asked for. */
  async #timed(verb: string, name: string, run: () => unknown): Promise<number> {
    this.#giveWay();
    this.#step = `${verb} ${name}`;
    const begin = this.#clock.now();
    await run();
    this.#giveWay();
    return this.#clock.now() - begin;
  }

  #giveWay(): void {
    if (this.#stopping) throw new StartAborted({ unwinding: [] });
  }

  /** Takes down what had come up, and returns the error of the start. */
  async #failed(cause: unknown): Promise<Error> {
    const step = this.#step;
    const unwinding = await this.#unwind();
    const more = unwinding.map((failure) => `\n  ${messageOf(failure)}`).join('');
    if (StartAborted.is(cause)) return new StartAborted({ unwinding }, { message: `The start was interrupted by a stop after: ${step}.${more}` });
    return new StartFailed({ step, unwinding }, { cause, message: `${step} failed: ${messageOf(cause)}${more}` });
  }

  #unwind(): Promise<Error[]> {
    this.#state = 'stopping';
    return (this.#unwinding = this.#finish());
  }

  async #stop(): Promise<void> {
    const failures = this.#state === 'ready' ? await this.#shutDown() : await this.#interrupt();
    if (failures.length > 0) throw new DisposalError(failures, failures.map(messageOf).join('\n'));
  }

  async #neverStarted(): Promise<void> {
    this.#runtime.close();
    this.#state = 'stopped';
  }

  async #shutDown(): Promise<Error[]> {
    this.#state = 'stopping';
    const begin = this.#clock.now();
    this.#logger.info('Stopping');
    if (Object.values(this.#limits.delay).some((part) => part > 0)) await sleep(this.#limits.delay, { clock: this.#clock });
    const failures = await runStopSteps(steps('Draining', 'drain', this.#started), this.#limits.drainWithin, this.#clock);
    failures.push(...(await this.#finish()));
    this.#logger.info('Stopped', { milliseconds: this.#clock.now() - begin, failures: failures.length });
    return failures;
  }

  /** Waits for the start to notice, but not for ever. */
  async #interrupt(): Promise<Error[]> {
    const settled = this.#starting!.then(() => {}, () => {});
    const { finishWithin } = this.#limits;
    const [hanging] = await runStopSteps([{ what: this.#step, run: () => this.#unwinding ?? settled }], finishWithin, this.#clock);
    if (!hanging || this.#unwinding) {
      await settled;
      return (await this.#unwinding) ?? [];
    }
    // The step may still come to its end; what it has built is then taken down by the start itself.
    return [hanging, ...(await this.#finish())];
  }

  async #finish(): Promise<Error[]> {
    const stops = steps('Stopping', 'stop', this.#started.splice(0));
    const disposals = this.#built.splice(0).reverse().flatMap(({ binding, value }) => {
      const dispose = disposerOf(binding.provider, value);
      return dispose ? [{ what: `Disposing ${binding.id}`, run: dispose }] : [];
    });
    const close = { what: 'Closing the container', run: () => this.#runtime.close() };
    try {
      return await runStopSteps([...stops, close, ...disposals], this.#limits.finishWithin, this.#clock);
    } finally {
      this.#runtime.close();
      this.#state = 'stopped';
    }
  }
}

const stopped = (): Error => new ContainerStopped({ what: 'container' }, { message: 'The container was stopped; a new one can be created and started.' });

const steps = (verb: string, hook: 'drain' | 'stop', started: readonly Built[]): StopStep[] =>
  started.toReversed().flatMap(({ binding: { id, provider }, value }) => {
    const run = provider.hooks[hook];
    return run ? [{ what: `${verb} ${id}`, run: () => run(value) }] : [];
  });
