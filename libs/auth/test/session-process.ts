import { createInterface } from 'node:readline';
import type { Caller } from '@org/enterprise-kernel';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { keyRing } from '../src/crypto/index.js';
import { persistenceRevocations } from '../src/persistence/persistence-revocations.js';
import { persistenceSessionStore } from '../src/persistence/persistence-session-store.js';
import { cookieSessions, sessions } from '../src/sessions/index.js';

// A process of a service with sessions. It takes a command a line and answers with a line of JSON; `watch` sends one more
// when the session that it has accepted until then is refused, with the time.
const [url, keys] = process.argv.slice(2);
const database = postgresDatabase({ url: url!, max: 2 });
const revocations = persistenceRevocations(database);
await revocations.start();
const ring = keyRing(keys!);
const all = sessions({ store: persistenceSessionStore(database), keys: ring, revocations });
const browser = cookieSessions({ sessions: all, keys: ring, revocations, callerOf: ({ subject }): Caller => ({ id: subject, kind: 'user', roles: [], permissions: new Set() }) });
const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
const cookieRequest = (cookie: string) => ({ header: (name: string) => (name === 'cookie' ? cookie : undefined), method: 'GET', path: '/', remoteAddress: '127.0.0.1' });

const commands: Record<string, (argument: string) => Promise<void>> = {
  async open(subject) {
    const { session, setCookie } = await browser.open({ subject });
    const { refreshToken, session: other } = await all.open({ subject });
    say({ id: session.id, cookie: setCookie.slice(0, setCookie.indexOf(';')), other: other.id, refreshToken });
  },
  async watch(argument) {
    const { cookie, id } = JSON.parse(argument) as { cookie: string; id: string };
    const request = cookieRequest(cookie);
    const secret = browser.scheme.read(request)!;
    const accepted = async (): Promise<boolean> => (await browser.scheme.verify(secret, request)).kind === 'user';
    say({ accepted: await accepted(), revoked: revocations.isRevoked(id) });
    let byCookie: number | undefined;
    let byList: number | undefined;
    const look = async (): Promise<void> => {
      if (!(await accepted())) byCookie ??= Date.now();
      if (revocations.isRevoked(id)) byList ??= Date.now();
      if (byCookie !== undefined && byList !== undefined) say({ byCookie, byList });
      else setTimeout(() => void look(), 2);
    };
    await look();
  },
  async revoke(subject) {
    const count = await all.revokeAll(subject);
    say({ at: Date.now(), count });
  },
  async refresh(refreshToken) { say({ refreshToken: (await all.refresh(refreshToken)).refreshToken }); },
};

say({ started: true });
for await (const line of createInterface({ input: process.stdin })) {
  const space = line.indexOf(' ');
  await commands[line.slice(0, space)]!(line.slice(space + 1));
}
await revocations[Symbol.asyncDispose]();
await database.close();
