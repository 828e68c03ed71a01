import type { VersionNames } from './strategies.js';

/** The declared names of a set, and how loosely they may be written. */
export interface DeclaredNames extends VersionNames {
  /** Returns the position of the version with exactly this name. */
  exact(name: string): number | undefined;
  /** Returns the position of the version that a person means by `text`: any case, and `1` for `v1`. */
  find(text: string): number | undefined;
}

/** Checks and indexes version names. */
export function versionNames(names: readonly string[]): DeclaredNames {
  if (names.length === 0) throw new TypeError('A version set needs at least one version.');
  const positions = new Map(names.map((name, index) => [name, index]));
  const spellings = new Map<string, number>();
  names.forEach((name, index) => {
    if (!/^[a-z0-9][a-z0-9._-]*$/i.test(name)) throw new TypeError(`"${name}" is not a version name: letters, digits, dots, hyphens and underscores only.`);
    if (spellings.has(name.toLowerCase())) throw new TypeError(`Version "${name}" is declared twice.`);
    spellings.set(name.toLowerCase(), index);
  });
  names.forEach((name, index) => {
    if (!spellings.has(name)) spellings.set(name, index);
    const bare = /^v(\d.*)$/i.exec(name)?.[1]?.toLowerCase();
    if (bare !== undefined && !spellings.has(bare)) spellings.set(bare, index);
  });
  const forms = new Set(names.map(formOf));
  forms.delete(undefined);

  return {
    at: (text, start, end) => {
      for (const name of names) if (name.length === end - start && text.startsWith(name, start)) return name;
      return undefined;
    },
    resembles: (text) => forms.has(formOf(text)),
    exact: (name) => positions.get(name),
    find: (text) => spellings.get(text) ?? spellings.get(text.trim().toLowerCase()),
  };
}

// Linear in the text: no two parts of a pattern can match the same character.
const forms: readonly (readonly [form: string, pattern: RegExp])[] = [
  ['v1', /^v\d+(?:\.\d+)*(?:(?:alpha|beta|rc)\d*)?$/i],
  ['2026-01-01', /^\d{4}-\d{2}-\d{2}$/],
  ['1', /^\d+(?:\.\d+)*$/],
];

function formOf(name: string): string | undefined {
  return forms.find(([, pattern]) => pattern.test(name))?.[0];
}
