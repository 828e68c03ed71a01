import { progressBar } from './progress-bar.js';

const output = (more: { isTTY?: boolean; columns?: number } = {}) => {
  const written: string[] = [];
  return { written, write: (text: string) => written.push(text), ...more };
};

test('a terminal gets one line that is rewritten when the percentage changes, and ends with the work', () => {
  const io = output({ isTTY: true, columns: 80 });
  const bar = progressBar(io, 1_000, { label: 'users' });
  for (let i = 0; i < 1_000; i++) bar.advance();
  expect(io.written).toHaveLength(101);
  expect(io.written[50]).toBe(`\r\x1b[2Kusers [${'#'.repeat(20)}${' '.repeat(20)}] 50 % (500 of 1000)`);
  expect(io.written.slice(0, -1).join('')).not.toContain('\n');
  expect(io.written.at(-1)).toBe(`\r\x1b[2Kusers [${'#'.repeat(40)}] 100 % (1000 of 1000)\n`);
});

test('the bar fits a narrow terminal, or is left out', () => {
  const io = output({ isTTY: true, columns: 30 });
  progressBar(io, 4, { label: 'users' }).advance(4);
  expect(Math.max(...io.written.map((line) => line.replace('\r\x1b[2K', '').trimEnd().length))).toBeLessThanOrEqual(30);
  const narrow = output({ isTTY: true, columns: 10 });
  progressBar(narrow, 4).advance(2);
  expect(narrow.written.at(-1)).toBe('\r\x1b[2K50 % (2 of 4)');
});

test('anything else gets a line at each 10 %', () => {
  const io = output();
  const bar = progressBar(io, 200);
  for (let i = 0; i < 200; i++) bar.advance();
  expect(io.written).toHaveLength(11);
  expect(io.written[3]).toBe('30 % (60 of 200)\n');
  bar.advance(5);
  expect(io.written).toHaveLength(11);
});

test('no work at all is done at once', () => {
  const io = output();
  progressBar(io, 0);
  expect(io.written).toEqual(['100 % (0 of 0)\n']);
});
