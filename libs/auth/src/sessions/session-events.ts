import { uuidv7, type DomainEvent } from '@org/enterprise-kernel';
import type { SessionReuse } from './sessions-options.js';

/** A refresh token was used again after its time, and the session was revoked: somebody else may have had a copy of it. */
export type SessionTokenReused = DomainEvent<'session.token_reused', {
  readonly session_id: string;
  readonly subject: string;
  readonly session_name: string;
  /** Which of the session's tokens came again, counted from 0, and how many there were. */
  readonly generation: number;
  readonly current_generation: number;
  /** From where it came, and from where the session was used before. */
  readonly address: string | null;
  readonly last_address: string | null;
}>;

export const sessionTokenReused = ({ session, generation, address }: SessionReuse, current: number): SessionTokenReused => ({
  id: uuidv7(), type: 'session.token_reused', version: 1, key: session.id,
  payload: {
    session_id: session.id, subject: session.subject, session_name: session.name, generation, current_generation: current,
    address: address ?? null, last_address: session.address ?? null,
  },
});
