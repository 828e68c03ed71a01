import type { SchemaObject } from './catalog.js';

/** Returns how a database differs from what it should be, one sentence each. */
export function schemaDifferences(actual: readonly SchemaObject[], expected: readonly SchemaObject[]): string[] {
  const [is, should] = [byKey(actual), byKey(expected)];
  const missing = expected.filter((each) => !is.has(keyOf(each)));
  const extra = actual.filter((each) => !should.has(keyOf(each)));
  const [withMissing, withExtra] = [namesOf(missing), namesOf(extra)];
  return [
    ...missing.filter(({ parent }) => !withMissing.has(parent)).map((each) => `The database lacks the ${described(each)}.`),
    ...extra.filter(({ parent }) => !withExtra.has(parent)).map((each) => `No migration makes the ${described(each)}.`),
    ...actual.flatMap((each) => {
      const wanted = should.get(keyOf(each))?.definition ?? each.definition;
      return wanted === each.definition ? [] : [`The ${each.kind} ${each.name} is "${onOneLine(each.definition)}" in the database and "${onOneLine(wanted)}" by the migrations.`];
    }),
  ];
}

const keyOf = ({ kind, name }: SchemaObject): string => `${kind} ${name}`;
const byKey = (objects: readonly SchemaObject[]): Map<string, SchemaObject> => new Map(objects.map((each) => [keyOf(each), each]));

// What others go with. A null parent is nobody's.
const namesOf = (objects: readonly SchemaObject[]): Set<string | null> =>
  new Set(objects.filter(({ kind }) => ['schema', 'table', 'view', 'materialized view'].includes(kind)).map(({ name }) => name));

// A definition of the length of a function says less than its name.
const described = ({ kind, name, definition }: SchemaObject): string => `${kind} ${name}${definition && definition.length <= 120 ? ` (${onOneLine(definition)})` : ''}`;

const onOneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ');
