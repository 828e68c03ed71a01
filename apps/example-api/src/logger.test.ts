import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';
import { jsonLogger, logWriter } from './logger.js';

const lines: Record<string, any>[] = [];
const logger = (level: 'debug' | 'warn' | 'silent') => jsonLogger({ level, write: (line) => { lines.push(JSON.parse(line)); } });
beforeEach(() => { lines.length = 0; });

test('a line has its time, level and fields, and those of its parents', () => {
  logger('debug').child({ part: 'orders' }).info('Placed.', { id: 7n, total: 12 });
  expect(lines).toEqual([{ time: expect.stringMatching(/^\d{4}-.*Z$/), level: 'info', message: 'Placed.', part: 'orders', id: '7', total: 12 }]);
});

test('what is less important than the level is not written', () => {
  for (const level of ['debug', 'warn', 'silent'] as const) {
    const log = logger(level);
    log.debug('d'); log.info('i'); log.warn('w'); log.error('e');
  }
  expect(lines.map(({ message }) => message).join('')).toBe('diwewe');
});

test('an error is written with its code, details and causes', () => {
  const Failed = defineError('FAILED', { kind: 'internal', title: 'It failed.', details: z.object({ step: z.string() }) });
  logger('debug').error('Broken.', { error: new Failed({ step: 'one' }, { cause: new Error('inner') }) });
  expect(lines[0]!['error']).toMatchObject({ name: 'FAILED', code: 'FAILED', message: 'It failed.', details: { step: 'one' }, stack: expect.any(String), cause: { message: 'inner' } });
});

test('a log file is added to, and is nobody else\'s to read', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'log-')), 'app.log');
  logWriter(file, () => {})('one\n');
  const write = logWriter(file, () => {});
  write('two\n');
  write('three\n');
  await nextTurn();
  expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['one\ntwo\nthree\n', 0o600]);
});

test('the lines of one turn are written together, those of another on their own', async () => {
  const written: string[] = [];
  const write = logWriter(undefined, (lines) => { written.push(lines); });
  write('one\n');
  write('two\n');
  await nextTurn();
  write('three\n');
  await nextTurn();
  expect(written).toEqual(['one\ntwo\n', 'three\n']);
});
