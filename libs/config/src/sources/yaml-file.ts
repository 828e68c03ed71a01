import type { ConfigSource } from '../source.js';
import { treeEntries } from './json-file.js';
import { fileFault, textFile, type FileSourceOptions } from './text-file.js';

/** Reads a YAML 1.2 file that holds one mapping; mappings in it are nested schemas. */
export const yamlFile = (path: string, options: FileSourceOptions = {}): ConfigSource =>
  textFile(path, options, async (text, name) => {
    // Only who has a YAML file pays for the parser.
    const { LineCounter, isMap, isScalar, parseDocument } = await import('yaml');
    const lineCounter = new LineCounter();
    // A pretty error quotes the file, and with it perhaps a secret.
    const document = parseDocument(text, { lineCounter, prettyErrors: false });
    const [error] = document.errors; // the others mostly follow from the first
    if (error) {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      const message = `not valid YAML: ${error.code.toLowerCase().replaceAll('_', ' ')} at column ${col}`;
      return { entries: [], faults: [fileFault(`${name}:${line}`, message, 'Correct the file; indent by spaces, and quote text with special characters.')] };
    }
    let tree: unknown;
    try {
      tree = document.toJS();
    } catch {
      return { entries: [], faults: [fileFault(name, 'the aliases in the file cannot be resolved, or are too many', 'Write the values out.')] };
    }
    const lineOf = (keys: readonly string[]): number | undefined => {
      let node: unknown = document.contents;
      let line: number | undefined;
      for (const key of keys) {
        const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined;
        if (!pair) break;
        line = lineCounter.linePos((pair.key as { range?: [number, number, number] }).range?.[0] ?? 0).line;
        node = pair.value;
      }
      return line;
    };
    return treeEntries(tree ?? {}, name, lineOf);
  });
