/** What a person is called; `family` is empty for those who have one name. */
export interface PersonName {
  readonly given: string;
  readonly family: string;
}

/** Characters of a whole name. */
export const longestName = 200;

/**
 * Makes a name without blanks around it. Those within are the person's own.
 * @throws RangeError for a name without anything visible in `given`, or for one that is too long
 */
export function personName({ given, family }: PersonName): PersonName {
  const last = family.trimEnd();
  const first = last === '' ? given.trim() : given.trimStart();
  const name = Object.freeze({ given: first, family: last });
  if (first.trim() === '') throw new RangeError('A name must have something given.');
  if (joinName(name).length > longestName) throw new RangeError(`A name has ${longestName} characters at most.`);
  return name;
}

/** Writes a name as one text. */
export const joinName = ({ given, family }: PersonName): string => (family === '' ? given : `${given} ${family}`);

/** Reads a name without blanks around it: what comes after the last space is the family's. {@link joinName} gives the same text back. */
export function splitName(full: string): PersonName {
  const space = full.lastIndexOf(' ');
  return space === -1 ? { given: full, family: '' } : { given: full.slice(0, space), family: full.slice(space + 1) };
}

export const sameName = (a: PersonName, b: PersonName): boolean => a.given === b.given && a.family === b.family;
