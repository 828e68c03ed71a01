/** Label values of one time series; keep their number bounded. */
export type Labels<L extends string = string> = { readonly [label in L]: string };

export interface InstrumentOptions<L extends string = never> {
  /** Prometheus style, with its unit as suffix: `http_request_duration_seconds`, `jobs_total`. */
  readonly name: string;
  readonly help: string;
  /** The label names that every measurement carries. @default none */
  readonly labels?: readonly L[];
}
export interface HistogramOptions<L extends string = never> extends InstrumentOptions<L> {
  /** Upper bounds in the unit of the name. @default the driver's */
  readonly buckets?: readonly number[];
}
export interface GaugeOptions<L extends string = never> extends InstrumentOptions<L> {
  /** Called at every collection; for values that are cheaper to ask than to keep. */
  readonly observe?: (set: (value: number, ...labels: LabelArguments<L>) => void) => void;
}

type LabelArguments<L extends string> = [L] extends [never] ? [] : [labels: Labels<L>];

export interface Counter<L extends string = never> {
  add(value: number, ...labels: LabelArguments<L>): void;
  /** Binds the labels once, for use on a hot path. */
  with(...labels: LabelArguments<L>): { add(value: number): void };
}
export interface Histogram<L extends string = never> {
  record(value: number, ...labels: LabelArguments<L>): void;
  /** Binds the labels once, for use on a hot path. */
  with(...labels: LabelArguments<L>): { record(value: number): void };
}
export interface Gauge<L extends string = never> {
  set(value: number, ...labels: LabelArguments<L>): void;
  add(value: number, ...labels: LabelArguments<L>): void;
}

/** Where the libraries count and measure. */
export interface Meter {
  counter<const L extends string = never>(options: InstrumentOptions<L>): Counter<L>;
  histogram<const L extends string = never>(options: HistogramOptions<L>): Histogram<L>;
  gauge<const L extends string = never>(options: GaugeOptions<L>): Gauge<L>;
}

const nothing = (): void => {};
const instrument = { add: nothing, record: nothing, set: nothing, with: () => instrument };

export const noopMeter: Meter = { counter: () => instrument, histogram: () => instrument, gauge: () => instrument };
