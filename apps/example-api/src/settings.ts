import { keyRing } from '@org/enterprise-auth/crypto';
import { conceal, defineConfig, port, secret, type Frozen } from '@org/enterprise-config';
import { z } from 'zod';
import { Email } from './user/email.js';

const defaultDatabase = 'pglite:.data/db';

/** Keys as `id:base64, id:base64`; what is wrong with them is said without showing them. */
const keys = () => z.string().superRefine((text, { addIssue }) => {
  try {
    keyRing(text);
  } catch (error) {
    addIssue({ code: 'custom', message: `is no list of keys (id:base64, id:base64): ${(error as Error).message}` });
  }
});

const list = () => z.array(z.string()).default([]);

const fields = z.object({
  APP_ENV: z.enum(['dev', 'test', 'prod']).default('dev').describe('Kind of deployment; picks .env.<APP_ENV>'),
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on'),
  PORT: port().default(3000).describe('Port to listen on; 0 picks a free one'),
  HTTP_ENGINE: z.enum(['express', 'node']).default('express').describe('What serves HTTP'),
  DATABASE_URL: secret(z.string().regex(/^(postgres(ql)?:\/\/|pglite:.)/, 'expected postgres://user:password@host:5432/name, pglite:<folder> or pglite:memory'))
    .default(conceal(defaultDatabase)).describe('Where the data is: postgres://..., pglite:<folder>, or pglite:memory'),
  DATABASE_POOL_MAX: z.int().min(1).max(1_000).default(10).describe('Connections to the database of this process'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least important level that is written'),
  LOG_FILE: z.string().min(1).optional().describe('File for the log instead of standard output'),
  DEFAULT_API_VERSION: z.enum(['v1', 'v2']).default('v1').describe('Version of requests that name none'),
  RATE_LIMIT_MAX: z.int().min(0).default(300).describe('Requests per address or caller in one window; 0 turns the limit off'),
  RATE_LIMIT_WINDOW_SECONDS: z.int().min(1).default(60).describe('Length of the window'),
  TRUST_PROXY: list().describe('Proxies whose forwarded headers count: addresses, networks, or loopback'),
  CORS_ORIGINS: list().describe('Origins of other sites that may call from a browser'),
  SEED_PRODUCTS: z.int().min(0).max(1_000_000).optional().describe('Demonstration products at the first start; in dev 50, else none'),
  ADMIN_EMAIL: Email.optional().describe('Address of the first administrator, made at the first start; in dev admin@example.com'),
  ADMIN_PASSWORD: secret(z.string().min(8, 'must have at least 8 characters')).optional().describe('Password of the first administrator; in dev one is made and shown once'),
  JWT_ALG: z.enum(['ES256', 'EdDSA', 'RS256', 'HS256']).default('ES256').describe('Algorithm that access tokens are signed with'),
  JWT_PRIVATE_KEY: secret(z.string().min(1)).optional().describe('Private key of ES256, EdDSA or RS256, as PEM; in dev and test one is made and kept'),
  JWT_SECRET: secret(z.string().refine((text) => Buffer.byteLength(text) >= 32, 'must have at least 32 bytes')).optional().describe('Secret of HS256'),
  JWT_OTHER_KEYS: secret(z.string().min(1)).optional().describe('Public keys that verify beside the current one while keys rotate, as PEM one after the other'),
  JWT_ISSUER: z.string().min(1).default('example-api').describe('Who issues access tokens'),
  JWT_AUDIENCE: z.string().min(1).default('example-api').describe('Whom access tokens are for'),
  ACCESS_TOKEN_TTL_SECONDS: z.int().min(10).max(86_400).default(900).describe('How long an access token lasts'),
  REFRESH_TOKEN_TTL_SECONDS: z.int().min(60).max(31_536_000).default(2_592_000).describe('How long a session lasts that is not used'),
  ENCRYPTION_KEYS: secret(keys()).optional().describe('Keys of what is encrypted or derived: id:base64, the current one first, separated by commas'),
  OPS_HOST: z.string().min(1).default('127.0.0.1').describe('Address of the operators\' listener'),
  OPS_PORT: port().optional().describe('Port of the operators\' listener; in prod 9090, else there is none of its own'),
  PASSWORD_COST: z.int().min(4).max(16).default(12).describe('Cost of a password hash: one more is twice the time'),
  SHUTDOWN_DELAY_SECONDS: z.int().min(0).max(300).default(0).describe('How long to serve on after readiness is off, for load balancers to notice'),
  SHUTDOWN_TIMEOUT_SECONDS: z.int().min(1).max(300).default(10).describe('How long requests in flight may take to finish'),
  DOCS: z.boolean().default(true).describe('Whether /docs is served'),
});

/** What `npm run db` reads: all settings, without what only a running application has to have. */
export const databaseSettings = defineConfig({ schema: fields });

/** Every setting of the application; `npm run config -- example` prints them as a file. */
export const settings = defineConfig({
  schema: fields.superRefine((values, { addIssue }) => {
    if (values.APP_ENV !== 'prod') return;
    const refuse = (key: keyof typeof values, message: string, remedy: string): void => addIssue({ code: 'custom', path: [key], message, params: { remedy } });
    if (values.DATABASE_URL.reveal() === defaultDatabase) refuse('DATABASE_URL', 'is required in prod', 'Set DATABASE_URL to postgres://user:password@host:5432/name, or DATABASE_URL_FILE to a file that holds it.');
    const signs = values.JWT_ALG === 'HS256' ? 'JWT_SECRET' : 'JWT_PRIVATE_KEY';
    if (values[signs] === undefined) refuse(signs, `is required in prod for JWT_ALG=${values.JWT_ALG}`, `Set ${signs} to the key, or ${signs}_FILE to a file that holds it.`);
    if (values.ENCRYPTION_KEYS === undefined) refuse('ENCRYPTION_KEYS', 'is required in prod', 'Set ENCRYPTION_KEYS to "k1:" and the output of: openssl rand -base64 32. Or ENCRYPTION_KEYS_FILE to a file that holds it.');
    if (values.ADMIN_EMAIL === undefined) refuse('ADMIN_EMAIL', 'is required in prod', 'Set ADMIN_EMAIL to the address of the first administrator.');
    if (values.ADMIN_PASSWORD === undefined) refuse('ADMIN_PASSWORD', 'is required in prod', 'Set ADMIN_PASSWORD to the first password of the first administrator, or ADMIN_PASSWORD_FILE to a file that holds it.');
    if (values.PASSWORD_COST < 10) refuse('PASSWORD_COST', 'must be at least 10 in prod', 'Remove PASSWORD_COST.');
  }),
});

export type Settings = Frozen<z.output<typeof settings.schema>>;
