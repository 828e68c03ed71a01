import { noopLogger, type Logger } from './logger.js';

describe('noopLogger', () => {
  it('takes every line and returns itself as its child', () => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      expect(noopLogger[level]('started', { port: 80 })).toBeUndefined();
      expect(noopLogger[level]('started')).toBeUndefined();
    }
    expect(noopLogger.child({ request_id: 'r1' })).toBe(noopLogger);
  });

  it('works when its methods are taken off it', () => {
    const { info, child }: Logger = noopLogger;
    expect(child({}).info).toBe(info);
    expect(info('x')).toBeUndefined();
  });

  it('wants fields as a record', () => {
    // @ts-expect-error a message and fields, not a format string
    expect(noopLogger.info('%s started', 'server')).toBeUndefined();
  });
});
