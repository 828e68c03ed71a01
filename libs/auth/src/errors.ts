import { defineError, typedDetails } from '@org/enterprise-kernel';

/** A request carries two proofs of who calls, and they might not agree. */
export const AmbiguousCredentials = defineError('AMBIGUOUS_CREDENTIALS', {
  kind: 'invalid',
  title: 'The request carries more than one credential; send one.',
  details: typedDetails<{
    /** Where they are: `Authorization`, `X-API-Key`, `cookie session`. */
    readonly found: readonly string[];
  }>(),
});

/** A path that two programs could read as two different ones. */
export const AmbiguousPath = defineError('AMBIGUOUS_PATH', {
  kind: 'invalid',
  title: 'The path is not written in its plain form, so it could be read in more than one way.',
});

/** A handler was about to answer without having asked the policy that its route declares. A fault of the program. */
export const PolicyNotChecked = defineError('POLICY_NOT_CHECKED', {
  kind: 'internal',
  title: 'The route did not ask its policy before it answered.',
  details: typedDetails<{ readonly policy: string }>(),
});

/** The codes of the root and the guards; the other parts export theirs. */
export type AuthErrorCode = 'AMBIGUOUS_CREDENTIALS' | 'AMBIGUOUS_PATH' | 'POLICY_NOT_CHECKED';
