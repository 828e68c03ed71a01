import { defineError } from './errors.js';
import { typedDetails } from './typed-details.js';

const Lost = defineError('LOST', { kind: 'internal', title: 'It is lost.', details: typedDetails<{ readonly id: string }>() });

test('details that the compiler has checked are kept as they are', () => {
  const details = { id: 'a' };
  expect(new Lost(details).details).toBe(details);
});

test('wrong details do not compile', () => {
  // @ts-expect-error the id is a string
  expect(new Lost({ id: 1 }).code).toBe('LOST');
  // @ts-expect-error there must be an id
  expect(new Lost().code).toBe('LOST');
});
