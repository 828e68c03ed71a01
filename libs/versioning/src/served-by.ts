/** From and until which API version something is served. */
export interface VersionSpan {
  /** The first version that has it. @default the oldest */
  readonly since?: string | undefined;
  /** The first version that does not have it any more. @default none: it stays */
  readonly until?: string | undefined;
}

/**
 * Tells, by position of the version, which of an endpoint's contracts serves it: the newest one declared at or before that version,
 * so an endpoint untouched in v2 answers there as in v1. Undefined where there is none yet, or none any more.
 * @param versions names of all versions, oldest first
 * @throws TypeError for an unknown version, a span that ends before it begins, or two contracts that begin at the same version
 */
export function servedBy<T extends VersionSpan>(versions: readonly string[], contracts: readonly T[]): readonly (T | undefined)[] {
  const position = (name: string): number => {
    const index = versions.indexOf(name);
    if (index === -1) throw new TypeError(`There is no version "${name}" (${versions.join(', ')}).`);
    return index;
  };
  const starts = new Map<number, { readonly contract: T; readonly end: number }>();
  for (const contract of contracts) {
    const start = contract.since === undefined ? 0 : position(contract.since);
    const end = contract.until === undefined ? versions.length : position(contract.until);
    if (end <= start) throw new TypeError(`Something served since ${versions[start]} cannot end at ${contract.until}.`);
    if (starts.has(start)) throw new TypeError(`Two contracts are served since ${versions[start]}.`);
    starts.set(start, { contract, end });
  }
  let current: { readonly contract: T; readonly end: number } | undefined;
  return versions.map((_, index) => {
    current = starts.get(index) ?? current;
    return current && index < current.end ? current.contract : undefined;
  });
}
