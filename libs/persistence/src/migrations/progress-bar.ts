/** Where a command writes: `process.stdout` fits. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressBarOptions {
  /** In front of the bar. @default none */
  readonly label?: string;
}

export interface ProgressBar {
  /** Says that so many more are done. @default 1 */
  advance(by?: number): void;
}

const eraseLine = '\r\x1b[2K';

/** Shows how far a known amount of work is: one line that is rewritten on a terminal, else a line at each 10 %. */
export function progressBar(output: Output, total: number, { label = '' }: ProgressBarOptions = {}): ProgressBar {
  let done = 0;
  let shown = -1;
  const lead = label && `${label} `;
  const counted = (percent: number): string => `${percent} % (${done} of ${total})`;
  const show = (): void => {
    const percent = total > 0 ? Math.min(100, Math.floor((done / total) * 100)) : 100;
    const step = output.isTTY ? percent : Math.floor(percent / 10) * 10;
    if (step === shown) return;
    shown = step;
    if (!output.isTTY) return void output.write(`${lead}${counted(percent)}\n`);
    const room = Math.min(40, (output.columns ?? 80) - lead.length - counted(percent).length - 4);
    const filled = Math.round((room * percent) / 100);
    const bar = room > 0 ? `[${'#'.repeat(filled)}${' '.repeat(room - filled)}] ` : '';
    output.write(`${eraseLine}${lead}${bar}${counted(percent)}${percent === 100 ? '\n' : ''}`);
  };
  show();
  return {
    advance(by = 1) {
      done = Math.min(total, done + by);
      show();
    },
  };
}
