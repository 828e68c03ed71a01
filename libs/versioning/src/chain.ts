import { ApiVersionChainFailed } from './errors.js';

/** How a value changes between two neighbouring versions; a direction that is left out changes nothing. */
export interface ChainStep<Older = any, Newer = any> {
  /** The older version. */
  readonly from: string;
  /** The next one. */
  readonly to: string;
  /** Turns the older form into the newer one. Pure and synchronous. */
  readonly up?: (value: Older) => Newer;
  /** Turns the newer form into the older one. Pure and synchronous. */
  readonly down?: (value: Newer) => Older;
}

export interface CompileChainOptions {
  /** All versions, oldest first. */
  readonly versions: readonly string[];
  /** In any order; versions without a step between them have the same form. */
  readonly steps: readonly ChainStep[];
  /** What is converted, for the messages of errors: `the body of POST /orders`. @default 'a value' */
  readonly subject?: string;
}

/** The two conversions between one version and the newest. */
export interface VersionChain {
  /** From this version to the newest; {@link unchanged} itself if nothing is to be done. */
  up(value: unknown): any;
  /** From the newest version to this one; {@link unchanged} itself if nothing is to be done. */
  down(value: unknown): any;
}

/** Returns what it is given. Compare with `chain.up === unchanged` to skip work. */
export const unchanged = <T>(value: T): T => value;

/**
 * Compiles steps between neighbouring versions into one function a version and direction, by position of the version.
 * @throws TypeError for a step between versions that are unknown or no neighbours, or declared twice;
 * the functions throw `API_VERSION_CHAIN_FAILED`, with its cause, when a step throws or returns a promise
 */
export function compileChain({ versions, steps, subject = 'a value' }: CompileChainOptions): readonly VersionChain[] {
  const bySource = new Map<number, ChainStep>();
  for (const step of steps) {
    const from = versions.indexOf(step.from);
    const name = `The step ${step.from} -> ${step.to} for ${subject}`;
    if (from === -1 || versions[from + 1] !== step.to) throw new TypeError(`${name} does not lead from one version to the next (${versions.join(', ')}).`);
    if (bySource.has(from)) throw new TypeError(`${name} is declared twice.`);
    bySource.set(from, step);
  }

  const chains: VersionChain[] = [];
  let up: VersionChain['up'] = unchanged;
  let down: VersionChain['down'] = unchanged;
  for (let index = versions.length - 1; index >= 0; index--) {
    const step = bySource.get(index);
    if (step?.up) up = inOrder(guarded(step.up, 'up', step.from, step.to, subject), up);
    if (step?.down) down = inOrder(down, guarded(step.down, 'down', step.to, step.from, subject));
    chains.unshift({ up, down });
  }
  return chains;
}

type Convert = (value: unknown) => any;

function inOrder(first: Convert, second: Convert): Convert {
  if (first === unchanged) return second;
  if (second === unchanged) return first;
  return (value) => second(first(value));
}

function guarded(convert: Convert, direction: 'up' | 'down', from: string, to: string, subject: string): Convert {
  const fail = (why: string, options?: ErrorOptions): Error =>
    new ApiVersionChainFailed({ subject, from, to, direction }, { ...options, message: `Converting ${subject} ${direction} from ${from} to ${to} ${why}.` });
  return (value) => {
    let result: unknown;
    try {
      result = convert(value);
    } catch (cause) {
      throw fail(`failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    if (result instanceof Promise) {
      result.catch(() => {});
      throw fail('returned a promise; steps are synchronous');
    }
    return result;
  };
}
