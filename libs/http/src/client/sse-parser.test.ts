import { sseParser } from './sse-parser.js';

const all = (...pieces: string[]) => {
  const parser = sseParser();
  return pieces.flatMap((piece) => parser.push(piece));
};
const data = (...pieces: string[]): string[] => all(...pieces).map((event) => event.data);

describe('an event stream', () => {
  test('has an event for each blank line after data, with its name and the last id', () => {
    expect(all('data: a\n\nevent: tick\nid: 7\ndata: b\n\ndata: c\n\n')).toEqual([
      { data: 'a', event: 'message', id: '' }, { data: 'b', event: 'tick', id: '7' }, { data: 'c', event: 'message', id: '7' },
    ]);
  });
  test.each([
    ['one space after the colon is no part of the value', 'data:  a\n\ndata:b\n\n', [' a', 'b']],
    ['several data lines are one value', 'data: a\ndata\ndata: c\n\n', ['a\n\nc']],
    ['a value may have colons', 'data: {"a":1}\n\n', ['{"a":1}']],
    ['comments and unknown fields are skipped', ':\n\n: hello\nwhatever: x\ndata: a\n\n', ['a']],
    ['an event without data is none', 'event: x\n\ndata: a\n\n', ['a']],
    ['lines may end with CR, LF or CRLF', 'data: a\r\r\ndata: b\r\n\r\ndata: c\n\n', ['a', 'b', 'c']],
    ['what no blank line ends is no event', 'data: a\n\ndata: b\n', ['a']],
  ])('%s', (_, text, expected) => {
    expect(data(text)).toEqual(expected);
    // The same in pieces of one character: nothing may depend on where the network cuts.
    expect(data(...text)).toEqual(expected);
  });
  test('gives the same events wherever it is cut in two', () => {
    const text = 'id: 1\r\ndata: a\r\ndata: b\r\n\r\n:\r\n\r\ndata: c\r\rdata: d\n\n';
    for (let at = 0; at <= text.length; at++) expect(data(text.slice(0, at), text.slice(at))).toEqual(['a\nb', 'c', 'd']);
    expect(data('data: a\r', '', '\ndata: b\n\n')).toEqual(['a\nb']);
  });
  test('tells the reconnection time and the last id, also where they come without data', () => {
    const parser = sseParser();
    parser.push('retry: 2500\nid: 9\n\n');
    expect([parser.retry, parser.lastEventId]).toEqual([2500, '9']);
    parser.push('retry: soon\nid: a\0b\n\nid\n\n');
    expect([parser.retry, parser.lastEventId]).toEqual([2500, '']);
  });
});
