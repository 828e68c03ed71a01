import { uuidv7, type AppError } from '@org/enterprise-kernel';
import { textAnswer, jsonType } from '../envelope.js';
import type { Answer } from '../http-request.js';
import { STATUS_CODES } from '../node-http.js';

/** An answer to something that never became a request; it closes the connection. */
export function bareAnswer({ code, message }: AppError, status: number): Answer & { readonly body: string } {
  const body = JSON.stringify({ code, message, data: null, request_id: uuidv7() });
  return { ...textAnswer(status, jsonType, body, ['Connection', 'close']), body };
}

/** The bytes of an answer, for a connection without a response object. */
export function bareBytes({ status, headers, body }: Answer & { readonly body: string }): string {
  const lines = headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1]!}\r\n`] : []));
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nDate: ${new Date().toUTCString()}\r\n${lines.join('')}\r\n${body}`;
}
