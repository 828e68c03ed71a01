const marker = Symbol.for('org.enterprise.http.reply');

/** `data` with something said about the answer around it. */
export interface Reply<D> {
  readonly data: D;
  readonly headers: Readonly<Record<string, string>>;
  /** The envelope's message. */
  readonly message: string | undefined;
  /** One of the statuses that the contract declares with `oneOf`. */
  readonly status: number | undefined;
}

export interface ReplyOptions {
  /** Extra response headers. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** The envelope's message. @default OK */
  readonly message?: string;
  /** One of the contract's statuses. @default the first one declared */
  readonly status?: number;
}

/** Answers with `data` and headers or a message of its own. */
export const reply = <D>(data: D, { headers = {}, message, status }: ReplyOptions = {}): Reply<D> =>
  Object.defineProperty({ data, headers, message, status }, marker, { value: true });

export const isReply = (value: unknown): value is Reply<unknown> => typeof value === 'object' && value !== null && marker in value;
