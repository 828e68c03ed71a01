import { parse } from 'dotenv';
import type { ConfigSource } from '../source.js';
import { scanDotenv } from './dotenv-scan.js';
import { fileFault, textFile, type FileSourceOptions } from './text-file.js';

/**
 * Reads a `.env` file exactly as the dotenv package does (quotes, multi-line values, `export`, comments; no expansion),
 * except that a line which dotenv would skip in silence is a fault.
 */
export const dotenvFile = (path: string, options: FileSourceOptions = {}): ConfigSource =>
  textFile(path, options, (text, name) => {
    const values = parse(text);
    const { lines, malformed } = scanDotenv(text);
    return {
      entries: Object.entries(values).map(([key, value]) => ({ key, value, location: lines.has(key) ? `${name}:${lines.get(key)}` : name })),
      // The line itself may be a part of a key that was pasted without quotes.
      faults: malformed.map((line) => fileFault(`${name}:${line}`, 'the line is neither KEY=value nor a comment', 'Correct it, put # before it, or quote the value that it belongs to.')),
    };
  });
