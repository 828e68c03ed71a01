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
  const at = (name: Level) => (message: string, more?: LogFields): void => {
    if (levels.indexOf(name) < least) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level: name, message, ...fields, ...more }, plainErrors)}\n`);
  };
  return {
    debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'),
    child: (more) => jsonLogger({ level, write, fields: { ...fields, ...more } }),
  };
}

/** Where the settings want the lines to go. */
export function logWriter(file: string | undefined, standardOutput: (line: string) => void): (line: string) => void {
  if (file === undefined) return standardOutput;
  const descriptor = openSync(file, 'a', 0o600);
  return (line) => { writeSync(descriptor, line); };
}

/** An error with what an operator needs; from its holder, because an error's own `toJSON` leaves out stack and cause for clients' sake. */
function plainErrors(this: Record<string, unknown>, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  const original = this[key];
  if (!(original instanceof Error)) return value;
  const { name, message, stack, cause } = original;
  return { name, message, stack, ...(isAppError(original) && { code: original.code, details: original.details }), ...(cause !== undefined && { cause }) };
}
