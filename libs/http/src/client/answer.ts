import type { Clock } from '@org/enterprise-kernel';
import type { z } from 'zod';
import type { Returns } from '../returns.js';
import type { Route } from '../route.js';
import type { Schema } from '../schema.js';
import { ApiAnswerInvalid, ApiUnreachable } from './client.errors.js';
import { errorOf } from './error-answer.js';
import { eventStream } from './event-stream.js';
import { guardedStream } from './guarded-stream.js';
import { receivedFile } from './received-file.js';
import { abortable, type TimeLimit } from './time-limit.js';
import type { ApiResponse, NotModified, ResponseInfo } from './types.js';

export interface AnswerReaderOptions {
  readonly operation: string;
  readonly version: string;
  readonly validateAnswers: boolean;
  readonly clock: Clock;
}

/** Reads an answer. What it returns has released the limit, or will when its stream has been read. */
export type ReadAnswer = (response: Response, limit: TimeLimit, conditional: boolean) => Promise<ApiResponse<unknown> | NotModified>;

/** Compiles how the answers of a route are read. */
export function answerReader({ spec }: Route, { operation, version, validateAnswers, clock }: AnswerReaderOptions): ReadAnswer {
  const byStatus = new Map<number, Returns>([spec.returns, ...(spec.returns.alternatives ?? [])].map((returns) => [returns.status, returns]));

  const invalid = (status: number, reason: string, cause?: unknown): Error => new ApiAnswerInvalid({ operation, status, reason }, { cause });
  const check = (schema: Schema, value: unknown, status: number): unknown => {
    if (!validateAnswers) return value;
    const result = (schema as z.ZodType).safeParse(value);
    if (!result.success) throw invalid(status, 'does not fit the contract', result.error);
    return result.data;
  };
  const parsed = (text: string, status: number): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      throw invalid(status, 'is not JSON', beginning(text));
    }
  };
  const readText = async (response: Response, { signal }: TimeLimit): Promise<string> => {
    try {
      return await abortable(response.text(), signal);
    } catch (cause) {
      throw signal.aborted ? signal.reason : new ApiUnreachable({ operation }, { cause });
    }
  };

  function readJson(text: string, { schema }: Returns, status: number): { data: unknown; message: string | undefined } {
    const envelope = parsed(text, status) as { data?: unknown; message?: string } | null;
    if (typeof envelope !== 'object' || envelope === null || !('data' in envelope)) throw invalid(status, 'has no envelope', beginning(text));
    return { data: check(schema, envelope.data, status), message: envelope.message };
  }

  return async (response, limit, conditional) => {
    const { status, headers } = response;
    const info: ResponseInfo = { status, headers, version, etag: headers.get('etag') ?? undefined, requestId: headers.get('x-request-id') ?? undefined };
    if (status >= 400) throw errorOf(await readText(response, limit), info, { operation, now: clock.now() });
    const returns = byStatus.get(status);
    const give = (data: unknown, message?: string): ApiResponse<unknown> => ({ ...info, notModified: false, data, message });
    if (returns?.format === 'bytes' || returns?.format === 'events') {
      limit.lift();
      const failed = (cause: unknown): Error => new ApiUnreachable({ operation }, { cause });
      const stream = guardedStream(response.body, { ...limit, failed });
      return give(returns.format === 'bytes'
        ? receivedFile(headers, stream)
        : eventStream(stream, (data) => check(returns.event!, parsed(data, status), status)));
    }
    const text = await readText(response, limit); // also of an empty answer: the connection is free again only then
    limit.release();
    if (status === 304 && conditional) return { ...info, notModified: true };
    if (!returns) throw invalid(status, 'has a status that the contract does not declare', beginning(text));
    if (returns.format === 'empty') return give(undefined);
    const { data, message } = readJson(text, returns, status);
    return give(data, message);
  };
}

const beginning = (text: string): Error => new Error(`The answer begins with: ${text.slice(0, 200)}`);
