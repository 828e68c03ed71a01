import { ApiUnreachable } from './client.errors.js';
import type { ClientOptions } from './options.js';
import type { Outgoing } from './outgoing.js';
import { abortable } from './time-limit.js';

export interface SendOptions {
  readonly operation: string;
  /** Those that the client's own headers override, and those that override them. */
  readonly headers: { readonly under: Readonly<Record<string, string>>; readonly over: Readonly<Record<string, string>> };
  readonly signal: AbortSignal;
}

/** Sends one request and resolves as soon as its answer begins. */
export type Send = (outgoing: Outgoing, options: SendOptions) => Promise<Response>;

export function transport({ baseUrl, version, versionBy = 'path', headers: own = {}, fetch = globalThis.fetch }: ClientOptions): Send {
  const prefix = versionBy === 'path' ? `/${version}` : '';
  return async ({ method, path, headers: declared, body, repeatable }, { operation, headers: { under, over }, signal }) => {
    const ask = async <T>(source: T | (() => T | Promise<T>)): Promise<T> => (typeof source === 'function' ? (source as () => T)() : source);
    const [base, common] = await abortable(Promise.all([ask(baseUrl), ask(own)]), signal);
    const headers = new Headers(under);
    for (const fields of [common, declared, over]) for (const [name, value] of Object.entries(fields)) headers.set(name, value);
    if (versionBy === 'header') headers.set('x-api-version', version);
    const request = new Request(base.replace(/\/+$/, '') + prefix + path, { method, headers, signal, ...(body !== undefined && { body }), ...(!repeatable && { duplex: 'half' }) });
    try {
      return await abortable(fetch(request), signal);
    } catch (cause) {
      throw signal.aborted ? signal.reason : new ApiUnreachable({ operation }, { cause });
    }
  };
}
