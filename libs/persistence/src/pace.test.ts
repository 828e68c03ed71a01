import { Pace, paceOf } from './pace.js';

const after = (...answers: (readonly [waited: number, turns: number, times?: number])[]): boolean => {
  const pace = new Pace();
  for (const [waited, turns, times = 1] of answers) for (let i = 0; i < times; i++) pace.answered(waited, turns);
  return pace.quick;
};

describe('Pace', () => {
  it('is quick only once it is proven', () => {
    expect([after(), after([0.1, 1, 10]), after([0.1, 1, 30])]).toEqual([false, false, true]);
  });

  it('is not quick where the server is waited for, be the process idle or busy meanwhile', () => {
    expect([after([0.1, 1, 30], [20, 1, 5]), after([0, 40, 30])]).toEqual([false, false]);
  });

  it('forgives a hiccup', () => {
    expect([after([0.1, 1, 50], [8, 1], [0.1, 1, 2]), after([0.1, 1, 50], [8, 1, 3]), after([0.1, 1, 50], [8, 1, 3], [0.1, 1, 50])]).toEqual([true, false, true]);
  });
});

test('only statements that cannot wait for a lock of a row have one', () => {
  const has = (text: string): boolean => paceOf(text) !== undefined;
  expect(['select * from a where id = $1', '  SELECT 1'].map(has)).toEqual([true, true]);
  expect(['insert into a values (1)', 'update a set b = 1', 'with x as (delete from a) select 1', 'select 1 from a for update', 'select 1 from a FOR NO KEY UPDATE skip locked', 'select 1 from a for  share', 'select 1 from a for key share'].map(has)).toEqual(Array.from({ length: 7 }, () => false));
});
