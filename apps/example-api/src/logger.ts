import { openSync, writeSync } from 'node:fs';
import { isAppError, type LogFields, type Logger } from '@org/enterprise-kernel';

const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
type Level = (typeof levels)[number];

export interface JsonLoggerOptions {
  readonly level: Level;
  /** Gets one line of JSON with its line break. */
  readonly write: (line: string) => void;
  /** Fields of every line. @default none */
  readonly fields?: LogFields;
}

/** Writes a line of JSON for each event. */
export function jsonLogger({ level, write, fields = {} }: JsonLoggerOptions): Logger {
  const least = levels.indexOf(level);
  const at = (name: Level) => {
    if (levels.indexOf(name) < least) return () => {};
    return (message: string, more?: LogFields): void => {
      const line = { time: now(), level: name, message, ...fields, ...more };
      // Three times as long with a replacer, which a line of plain values, as of a request, does not need.
      write(`${isFlat(line) ? JSON.stringify(line) : JSON.stringify(line, plainErrors)}\n`);
    };
  };
  return {
    debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'),
    child: (more) => jsonLogger({ level, write, fields: { ...fields, ...more } }),
  };
}

function isFlat(line: LogFields): boolean {
  for (const name in line) {
    const value = line[name];
    if (typeof value === 'bigint' || (typeof value === 'object' && value !== null)) return false;
  }
  return true;
}

let written = 0;
let text = '';
/** Written out once a millisecond: many requests end in one. */
function now(): string {
  const time = Date.now();
  if (time !== written) {
    written = time;
    text = new Date(time).toISOString();
  }
  return text;
}

/** Where the settings want the lines to go. */
export function logWriter(file: string | undefined, standardOutput: (lines: string) => void): (line: string) => void {
  if (file === undefined) return gathered(standardOutput);
  const descriptor = openSync(file, 'a', 0o600);
  return gathered((lines) => { writeSync(descriptor, lines); });
}

/** Writes the lines of one turn of the event loop together; what is left, when the process ends. */
function gathered(write: (lines: string) => void): (line: string) => void {
  let lines = '';
  const flush = (): void => {
    const all = lines;
    lines = '';
    if (all !== '') write(all);
  };
  process.on('exit', flush);
  return (line) => {
    if (lines === '') setImmediate(flush);
    lines += line;
  };
}

/** An error with what an operator needs; from its holder, because an error's own `toJSON` leaves out stack and cause for clients' sake. */
function plainErrors(this: Record<string, unknown>, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  const original = this[key];
  if (!(original instanceof Error)) return value;
  const { name, message, stack, cause } = original;
  return { name, message, stack, ...(isAppError(original) && { code: original.code, details: original.details }), ...(cause !== undefined && { cause }) };
}
