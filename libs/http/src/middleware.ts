import type { Exchange } from './exchange.js';
import type { Answer } from './http-request.js';

type Maybe<T> = T | undefined | void;

/**
 * Something that takes part in every request, in the order of the dispatcher's list.
 * Each hook may be asynchronous; one that is not costs no turn of the event loop.
 */
export interface Middleware {
  readonly name: string;
  /** After routing, before authentication. An answer returned here is sent at once; a thrown error becomes its answer. */
  request?(exchange: Exchange): Maybe<Answer> | Promise<Maybe<Answer>>;
  /** After authentication, before the body is read. */
  caller?(exchange: Exchange): Maybe<Answer> | Promise<Maybe<Answer>>;
  /** Before any answer is sent, an error's too; may add headers or return another answer. Runs in reverse order. */
  answer?(exchange: Exchange, answer: Answer): Maybe<Answer> | Promise<Maybe<Answer>>;
  /** After the answer was handed over, a streamed one after its end. Must not throw. */
  done?(exchange: Exchange, answer: Answer): void;
}
