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

/** A difference, before it is known which operations it concerns. */
export interface Finding {
  readonly rule: RuleName;
  readonly place: Place;
  readonly direction: Direction;
  readonly message: string;
}

/** What a comparison tells its surroundings. */
export interface Scope {
  readonly direction: Direction;
  add(rule: RuleName, place: Place, message: string): void;
  /** Compares schemas below the present ones; all of a list must hold. */
  compare(before: readonly Place[], after: readonly Place[]): void;
}

export type SeverityOverrides = { readonly [Rule in RuleName]?: Severity | 'off' };

/** Collects changes; the same one found by several operations is listed once. */
export class Report {
  readonly #changes = new Map<string, { readonly finding: Finding; readonly severity: Severity; readonly operations: Set<string> }>();
  readonly #overrides: SeverityOverrides;

  constructor(overrides: SeverityOverrides = {}) {
    for (const rule of Object.keys(overrides)) {
      if (!Object.hasOwn(rules, rule)) throw new TypeError(`"${rule}" is not a rule; there are ${Object.keys(rules).join(', ')}.`);
    }
    this.#overrides = overrides;
  }

  add(finding: Finding, operation: string): void {
    const { rule, place, direction, message } = finding;
    const severity = this.#overrides[rule] ?? severityOf(rule, direction);
    if (severity === 'off') return;
    const key = [rule, severity, place.document, place.pointer, message].join('\n');
    const known = this.#changes.get(key);
    if (known) known.operations.add(operation);
    else this.#changes.set(key, { finding, severity, operations: new Set([operation]) });
  }

  /** Returns all changes, the worst first, otherwise in the order of the documents. */
  changes(): readonly ApiChange[] {
    const rank: Record<Severity, number> = { breaking: 0, warning: 1, info: 2 };
    return [...this.#changes.values()]
      .sort((a, b) => rank[a.severity] - rank[b.severity])
      .map(({ finding: { rule, place: { document, pointer }, direction, message }, severity, operations }) =>
        ({ rule, severity, document, pointer, direction, operations: [...operations], message }));
  }
}
