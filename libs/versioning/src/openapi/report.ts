import type { Place } from './place.js';
import { rules, severityOf, type Direction, type RuleName, type Severity } from './rules.js';

/** One difference between two OpenAPI documents. */
export interface ApiChange {
  readonly rule: RuleName;
  readonly severity: Severity;
  /** The document that {@link pointer} leads into: the old one for what was removed. */
  readonly document: 'old' | 'new';
  /** JSON pointer as a URI fragment. */
  readonly pointer: string;
  /** Which way the data travels; webhooks travel the other way than operations. */
  readonly direction: Direction;
  /** The operations concerned: `GET /users/{id}`. */
  readonly operations: readonly string[];
  /** One sentence. */
  readonly message: string;
}

/** What a comparison needs to know of where it is. */
export interface Scope {
  readonly report: Report;
  readonly operation: string;
  readonly direction: Direction;
  /** Pairs of schemas already compared in this operation and direction. */
  readonly seen: Set<string>;
  /** Compares schemas below the present ones. Handed down, since schemas contain each other. */
  compare(before: readonly Place[], after: readonly Place[], scope: Scope): void;
}

export type SeverityOverrides = { readonly [Rule in RuleName]?: Severity | 'off' };

/** Collects changes; the same one found by several operations is listed once. */
export class Report {
  readonly #changes = new Map<string, Omit<ApiChange, 'operations'> & { readonly operations: string[] }>();
  readonly #overrides: SeverityOverrides;

  constructor(overrides: SeverityOverrides = {}) {
    for (const rule of Object.keys(overrides)) {
      if (!Object.hasOwn(rules, rule)) throw new TypeError(`"${rule}" is not a rule; there are ${Object.keys(rules).join(', ')}.`);
    }
    this.#overrides = overrides;
  }

  add(rule: RuleName, { pointer, document }: Place, message: string, { operation, direction }: Pick<Scope, 'operation' | 'direction'>): void {
    const severity = this.#overrides[rule] ?? severityOf(rule, direction);
    if (severity === 'off') return;
    const key = [rule, severity, document, pointer, message].join('\n');
    const known = this.#changes.get(key);
    if (!known) this.#changes.set(key, { rule, severity, document, pointer, direction, message, operations: [operation] });
    else if (!known.operations.includes(operation)) known.operations.push(operation);
  }

  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }

  /** Returns all changes, the worst first, otherwise in the order of the documents. */
  changes(): readonly ApiChange[] {
    const rank: Record<Severity, number> = { breaking: 0, warning: 1, info: 2 };
    return [...this.#changes.values()].sort((a, b) => rank[a.severity] - rank[b.severity]);
  }
}
