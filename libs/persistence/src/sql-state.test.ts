import { isAppError } from '@org/enterprise-kernel';
import { constraintViolated, errorOfServer } from './sql-state.js';

const secret = Object.assign(new Error('Key (email)=(ada@example.org) exists, near "select"'), { query: 'select 1' });
const said = (code: string): [string, string] => {
  const error = errorOfServer({ code }, secret);
  if (!isAppError(error)) throw error;
  expect(error.cause).toBe(secret);
  expect(JSON.stringify([error.message, error.details])).not.toMatch(/ada|select/);
  return [error.code, error.kind];
};

describe('what a server says', () => {
  test.each([
    ['23505', 'CONSTRAINT_VIOLATED', 'internal'],
    ['40001', 'TRANSACTION_CONFLICT', 'unavailable'],
    ['40P01', 'TRANSACTION_CONFLICT', 'unavailable'],
    ['57014', 'DATABASE_TIMEOUT', 'timeout'],
    ['55P03', 'DATABASE_TIMEOUT', 'timeout'],
    ['28P01', 'DATABASE_AUTHENTICATION_FAILED', 'internal'],
    ['3D000', 'DATABASE_MISSING', 'internal'],
    ['57P01', 'DATABASE_UNAVAILABLE', 'unavailable'],
    ['08006', 'DATABASE_UNAVAILABLE', 'unavailable'],
    ['53300', 'DATABASE_UNAVAILABLE', 'unavailable'],
    ['58030', 'DATABASE_UNAVAILABLE', 'unavailable'],
    ['53100', 'DATABASE_FULL', 'unavailable'],
    ['42601', 'DATABASE_STATEMENT_FAILED', 'internal'],
    ['58P01', 'DATABASE_STATEMENT_FAILED', 'internal'],
  ])('with SQLSTATE %s is %s of the kind %s, and its text stays in the cause', (state, code, kind) => {
    expect(said(state)).toEqual([code, kind]);
  });

  test('about a constraint can be asked for by name', () => {
    const error = errorOfServer({ code: '23503', constraint: 'orders_customer', table: 'orders' }, secret);
    expect(constraintViolated(error, 'orders_customer')).toMatchObject({ type: 'foreign key', table: 'orders' });
    expect(constraintViolated(error, 'orders_other')).toBeUndefined();
    expect(constraintViolated(secret)).toBeUndefined();
  });
});
