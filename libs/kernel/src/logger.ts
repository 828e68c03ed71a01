/** Structured fields of a log line. An `error` field is printed with its code and causes. */
export interface LogFields { readonly [field: string]: unknown }

/** Where the libraries write what happened. Values belong into `fields`, so that messages can be counted. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Returns a logger that adds `fields` to every line. */
  child(fields: LogFields): Logger;
}

const nothing = (): void => {};

export const noopLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => noopLogger };
