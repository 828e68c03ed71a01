// What the hand-assembled contestants share: the key, and a user as the answer shows one.
import { createPublicKey } from 'node:crypto';
import postgres from 'postgres';

const { JWT_ALG: algorithm, JWT_SECRET: secret, JWT_PRIVATE_KEY: pem, DATABASE_URL: url } = process.env;
export { algorithm };
export const claims = { issuer: 'example-api', audience: 'example-api' };
/** As PEM, or the secret itself. */
export const verificationKey = secret ?? createPublicKey(pem).export({ type: 'spki', format: 'pem' });

const sql = postgres(url, { max: 10 });
export async function findUser(id) {
  const [row] = await sql`select id, email, given, family, roles, version, created_at, updated_at from users where id = ${id}`;
  return row && { id: row.id, email: row.email, name: { given: row.given, family: row.family }, roles: row.roles, version: row.version, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
}
export const success = (data) => ({ code: 'OK', message: 'OK', data });
export const refused = { code: 'UNAUTHENTICATED', message: 'Log in first.', data: null };
