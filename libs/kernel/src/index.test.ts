import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as kernel from './index.js';

describe('the package', () => {
  it('exports these values', () => {
    expect(Object.keys(kernel).sort()).toEqual([
      'DisposalError', 'Forbidden', 'Unauthenticated', 'alwaysHealthy', 'anonymous', 'bindContext', 'bindEmitter', 'currentContext', 'decided', 'defineError',
      'disposalStack', 'disposeOf', 'extendContext', 'formatMilliseconds', 'formatTraceparent', 'isAppError', 'isUuid', 'leaveContext', 'manualClock',
      'noopLogger', 'noopMeter', 'parseTraceparent', 'resolveDeps', 'runInContext', 'sleep', 'systemClock', 'toMilliseconds', 'token', 'typedDetails', 'uuidGenerator',
      'uuidv7',
    ]);
  });

  it('depends on nothing', () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as object;
    expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
  });
});
