/** One event as it stands in the stream. */
export interface ServerSentEvent {
  readonly data: string;
  /** `message` where the stream names none. */
  readonly event: string;
  /** The last id that was sent, by this event or one before. */
  readonly id: string;
}

export interface SseParser {
  /** Takes the next piece of text, without a byte-order mark, and returns the events that it completes. */
  push(text: string): readonly ServerSentEvent[];
  /** Milliseconds that the server wants a client to wait before it connects again. */
  readonly retry: number | undefined;
  /** The last id, also of an event without data. */
  readonly lastEventId: string;
}

/**
 * Parses an event stream in pieces of any size. What is left at the end of the stream is no event.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function sseParser(): SseParser {
  let rest = '';
  let afterCarriageReturn = false;
  let data: string[] = [];
  let event = '';
  let id = '';
  let lastEventId = '';
  let retry: number | undefined;

  function take(line: string): ServerSentEvent | undefined {
    if (line === '') return dispatch();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) retry = Number(value);
    return undefined; // a comment, or a field that nobody knows
  }

  function dispatch(): ServerSentEvent | undefined {
    lastEventId = id;
    const complete = data.length === 0 ? undefined : { data: data.join('\n'), event: event || 'message', id };
    data = [];
    event = '';
    return complete;
  }

  return {
    get retry() { return retry; },
    get lastEventId() { return lastEventId; },
    push(text) {
      if (text === '') return [];
      // A CRLF may be cut in two: its CR has ended the line already.
      if (afterCarriageReturn && text.startsWith('\n')) text = text.slice(1);
      afterCarriageReturn = text.endsWith('\r');
      const lines = (rest + text).split(/\r\n|\r|\n/);
      rest = lines.pop()!;
      return lines.flatMap((line) => take(line) ?? []);
    },
  };
}
