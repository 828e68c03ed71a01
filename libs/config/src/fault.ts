/** One thing that is wrong with the settings. Never holds the value of a secret. */
export interface ConfigFault {
  /** The setting, e.g. `PORT`; `''` when the fault is about a whole source or about several settings. */
  readonly key: string;
  /** Where it stands, e.g. `.env.dev:12`, `environment` or `not set`. */
  readonly source: string;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Prints faults for a terminal: aligned columns, each remedy below its fault. */
export function formatFaults(faults: readonly ConfigFault[]): string {
  const keyWidth = Math.max(...faults.map(({ key }) => key.length)) + 2;
  const sourceWidth = Math.max(...faults.map(({ source }) => source.length)) + 2;
  const indent = ' '.repeat(2 + keyWidth + sourceWidth);
  const lines = faults.flatMap(({ key, source, message, remedy }) => [
    `  ${key.padEnd(keyWidth)}${source.padEnd(sourceWidth)}${message.replaceAll('\n', `\n${indent}`)}`,
    `${indent}-> ${remedy}`,
  ]);
  return [`The settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:`, ...lines].join('\n');
}
