import type { Access } from '../access.js';
import type { CompiledRoute } from '../routes.js';
import type { DescribeApiOptions } from './document.js';

export interface Security {
  readonly schemes: Readonly<Record<string, object>>;
  /** The operation's `security`: any one of the schemes, or nothing where everyone may call. */
  requirementOf(access: Access): readonly Readonly<Record<string, readonly string[]>>[];
}

/** Finds how callers identify themselves. */
export function securityOf(routes: readonly CompiledRoute[], { authenticator, securitySchemes }: DescribeApiOptions): Security {
  const given = { ...authenticator?.securitySchemes, ...securitySchemes };
  const closed = routes.some(({ spec }) => spec.access !== 'public');
  // What a 401 asks for, unless the authenticator says otherwise.
  const schemes = closed && Object.keys(given).length === 0 ? { bearer: { type: 'http', scheme: 'bearer' } } : given;
  const anyOne = Object.keys(schemes).map((name) => ({ [name]: [] }));
  return { schemes, requirementOf: (access) => (access === 'public' ? [] : anyOne) };
}
