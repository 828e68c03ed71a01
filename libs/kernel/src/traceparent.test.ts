import { formatTraceparent, parseTraceparent } from './traceparent.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

test('what is written can be read again', () => {
  for (const sampled of [true, false]) expect(parseTraceparent(formatTraceparent({ traceId, spanId, sampled }), undefined)).toEqual({ traceId, spanId, sampled });
  expect(parseTraceparent(`00-${traceId}-${spanId}-01`, 'vendor=1')).toEqual({ traceId, spanId, sampled: true, state: 'vendor=1' });
});

test.each([
  undefined, '', 'nonsense', `ff-${traceId}-${spanId}-01`, `00-${'0'.repeat(32)}-${spanId}-01`, `00-${traceId}-${'0'.repeat(16)}-01`, `00-${traceId.toUpperCase()}-${spanId}-01`, `00-${traceId}-${spanId}`,
])('%s is no trace', (header) => {
  expect(parseTraceparent(header, undefined)).toBeUndefined();
});
