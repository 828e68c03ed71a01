import type { Caller } from '@org/enterprise-kernel';

/** Why something is allowed or denied; for people, not for programs that decide. */
export interface Explanation {
  readonly allowed: boolean;
  /** The rule that allowed it; `undefined` where none did. */
  readonly by: string | undefined;
  /** All rules, in the order in which they are asked. */
  readonly rules: readonly RuleExplanation[];
  /** All of it in one line. May name ids of the resource: for logs and operators, not for the caller. */
  readonly text: string;
}

export interface RuleExplanation {
  readonly rule: string;
  readonly allowed: boolean;
  readonly because: string;
}

/** Puts what the rules said together. */
export function explanation(subject: string, caller: Caller, rules: readonly RuleExplanation[]): Explanation {
  const by = rules.find(({ allowed }) => allowed)?.rule;
  const said = rules.filter(({ rule }) => by === undefined || rule === by).map(({ rule, because }) => `${rule}: ${because}`);
  const who = caller.kind === 'anonymous' ? 'an anonymous caller' : `${caller.kind} ${caller.id}`;
  return { allowed: by !== undefined, by, rules, text: `${subject} is ${by === undefined ? 'denied' : 'allowed'} to ${who} (${said.join('; ')}).` };
}
