import { token } from '@org/enterprise-kernel';

export interface Mail {
  /** Unique, and the same whenever the same mail is asked for again: made of what the mail is about. */
  readonly id: string;
  /** Id of the user; the address is looked up by whoever sends, so that no event and no row here holds it. */
  readonly to: string;
  readonly template: string;
  /** What the template shows. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Mailer {
  send(mail: Mail): Promise<void>;
}
export const Mailer = token<Mailer>('mail.Mailer');
