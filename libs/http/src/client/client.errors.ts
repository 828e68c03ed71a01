import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';

/** Neither the API nor a gateway in front of it could be reached; `cause` says why. `status` is the gateway's, if one answered. */
export const ApiUnreachable = defineError('API_UNREACHABLE', {
  kind: 'unavailable', title: 'An API that this needs cannot be reached.',
  details: z.object({ operation: z.string(), status: z.int().optional(), retry_after_seconds: z.int().optional() }),
});
export const ApiTimeout = defineError('API_TIMEOUT', {
  kind: 'timeout', title: 'An API that this needs did not answer in time.',
  details: z.object({ operation: z.string(), limit_ms: z.number() }),
});
/** The answer is not one that the contract knows; `cause` shows the beginning of it. */
export const ApiAnswerInvalid = defineError('API_ANSWER_INVALID', {
  kind: 'unavailable', title: 'An API that this needs gave an answer that cannot be understood.',
  details: z.object({ operation: z.string(), status: z.int(), reason: z.string() }),
});

export type ClientErrorCode = 'API_UNREACHABLE' | 'API_TIMEOUT' | 'API_ANSWER_INVALID';
