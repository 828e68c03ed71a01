/** A value inside one of the two documents, and where it stands. */
export interface Place {
  readonly document: 'old' | 'new';
  readonly root: unknown;
  /** JSON pointer (RFC 6901) as a URI fragment: `#/paths/~1users/get`. */
  readonly pointer: string;
  readonly value: any;
}

export function rootOf(document: Place['document'], value: unknown): Place {
  return { document, root: value, pointer: '#', value };
}

/** Returns what stands below a place, with references to other parts of the document followed; undefined where there is nothing. */
export function at(place: Place | undefined, ...keys: readonly (string | number)[]): Place | undefined {
  let current = place;
  for (const key of keys) current = current && resolve(child(current, key));
  return current;
}

/** Returns the entries of an object or a list, references followed. */
export function entriesOf(place: Place | undefined): [key: string, place: Place][] {
  if (typeof place?.value !== 'object' || place.value === null) return [];
  return Object.keys(place.value as object).flatMap((key) => {
    const entry = at(place, key);
    return entry ? [[key, entry] as [string, Place]] : [];
  });
}

/** Returns what stands below a place as it is written, a reference as a reference. */
export function child(place: Place, key: string | number): Place | undefined {
  const { value } = place;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value as object, key)) return undefined;
  const segment = String(key).replaceAll('~', '~0').replaceAll('/', '~1');
  return { ...place, pointer: `${place.pointer}/${segment}`, value: (value as Record<string, unknown>)[key] };
}

/**
 * Follows `$ref` within the document. A reference into another document stays what it is.
 * @throws TypeError for a reference that leads nowhere or in a circle
 */
export function resolve(place: Place | undefined): Place | undefined {
  let current = place;
  const passed = new Set<string>();
  while (current && isLocalReference(current.value)) {
    const { $ref } = current.value as { $ref: string };
    if (passed.has($ref)) throw new TypeError(`The ${current.document} document has a reference that leads in a circle: ${$ref}`);
    passed.add($ref);
    current = lookUp(current, $ref);
  }
  return current;
}

export function isLocalReference(value: unknown): value is { readonly $ref: string } {
  const reference = (value as { $ref?: unknown } | null | undefined)?.$ref;
  return typeof reference === 'string' && (reference === '#' || reference.startsWith('#/'));
}

/** Follows one reference. */
export function lookUp({ document, root }: Place, reference: string): Place {
  let current: Place | undefined = rootOf(document, root);
  for (const segment of reference.split('/').slice(1)) {
    current = current && child(current, decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  if (!current) throw new TypeError(`The ${document} document has a reference that leads nowhere: ${reference}`);
  return current;
}
