import { parse } from 'fast-querystring';
import { compilePath, queryString } from './address.js';

const path = compilePath('/orders/{id}/lines/{line}', 'orders.line');

describe('a path', () => {
  test('carries its parameters encoded', () => {
    expect(path({ id: 'a/b?c#d %é', line: 3 })).toBe('/orders/a%2Fb%3Fc%23d%20%25%C3%A9/lines/3');
  });
  test.each(['', '.', '..'])('is not made of the segment %j, which would lead elsewhere', (id) => {
    expect(() => path({ id, line: 1 })).toThrow(new TypeError(`orders.line: params.id cannot be "${id}" in a path.`));
  });
  test('is not made without its parameters', () => {
    expect(() => path({ line: 1 })).toThrow(new TypeError('orders.line: params.id cannot be sent: it is undefined.'));
    expect(() => path(undefined)).toThrow(TypeError);
  });
});

describe('a query', () => {
  test('is read by the server as it was given', () => {
    const text = queryString({ q: 'a b+c&d=é', tags: ['x', 'y'], n: 1.5, big: 10n, on: false, none: undefined, empty: [] }, 'x.y');
    expect({ ...parse(text.slice(1)) }).toEqual({ q: 'a b+c&d=é', tags: ['x', 'y'], n: '1.5', big: '10', on: 'false' });
  });
  test('is nothing where nothing is given', () => {
    expect([queryString(undefined, 'x.y'), queryString({ a: undefined }, 'x.y')]).toEqual(['', '']);
  });
  test.each([[null, 'null'], [NaN, 'NaN'], [Infinity, 'Infinity'], [{}, 'an object'], [new Date(0), 'an object'], [[1, null], 'null'], [Symbol.iterator, 'a symbol']])('does not carry %p: the server would see something else', (value, what) => {
    expect(() => queryString({ since: value }, 'x.list')).toThrow(new TypeError(`x.list: query.since cannot be sent: it is ${what}.`));
  });
});
