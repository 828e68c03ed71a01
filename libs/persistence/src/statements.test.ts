import { statementCache } from './statements.js';

describe('statementCache', () => {
  it('makes a statement once for each shape', () => {
    const made: string[] = [];
    const statement = statementCache((shape: string) => { made.push(shape); return { shape }; });
    expect(statement('a')).toBe(statement('a'));
    expect(statement('b')).toEqual({ shape: 'b' });
    expect(made).toEqual(['a', 'b']);
  });

  it('keeps the last used ones', () => {
    const made: string[] = [];
    const statement = statementCache((shape: string) => { made.push(shape); return shape; }, { max: 2 });
    for (const shape of ['a', 'b', 'a', 'c', 'a', 'b']) statement(shape);
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });
});
