import { runInNewContext } from 'node:vm';
import { isPromise } from './is-promise.js';

test('a promise is known by its `then`, from whichever realm or library', () => {
  const foreign: unknown = runInNewContext('Promise.resolve(1)');
  expect(foreign instanceof Promise).toBe(false);
  expect([Promise.resolve(), foreign, { then() {} }].map(isPromise)).toEqual([true, true, true]);
  expect([undefined, null, 0, '', {}, { then: 1 }, () => {}].map(isPromise)).toEqual(Array(7).fill(false));
});
