import type { ConfigSource, LoadedSource } from '../source.js';
import { scanJson } from './json-scan.js';
import { fileFault, textFile, type FileSourceOptions } from './text-file.js';

/** Reads a JSON file that holds one object; objects in it are nested schemas. */
export const jsonFile = (path: string, options: FileSourceOptions = {}): ConfigSource =>
  textFile(path, options, (source, name) => {
    const text = source.replace(/^\uFEFF/, '');
    const { lines, fault } = scanJson(text);
    if (fault) return { entries: [], faults: [fileFault(`${name}:${fault.line}`, `not valid JSON: expected ${fault.expected} at column ${fault.column}`, 'Correct the file; JSON has no comments, no trailing commas and double quotes only.')] };
    return treeEntries(JSON.parse(text), name, (keys) => lines.get(JSON.stringify(keys)));
  });

/** Turns the object that a structured file holds into entries. */
export function treeEntries(tree: unknown, name: string, lineOf: (path: readonly string[]) => number | undefined): LoadedSource {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    return { entries: [], faults: [fileFault(name, 'the file does not hold settings by their names', 'Put an object there: keys of the schema and their values.')] };
  }
  const locate = (path: readonly string[]): string => {
    const line = lineOf(path);
    return line === undefined ? name : `${name}:${line}`;
  };
  return {
    entries: Object.entries(tree).map(([key, value]) => ({ key, value, location: locate([key]), locate: (path) => locate([key, ...path]) })),
  };
}
