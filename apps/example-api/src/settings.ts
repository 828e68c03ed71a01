import { conceal, defineConfig, port, secret, type Frozen } from '@org/enterprise-config';
import { z } from 'zod';
import { Password } from './auth/password.js';
import { Email } from './user/email.js';

const list = () => z.array(z.string()).default([]);

const fields = z.object({
  APP_ENV: z.enum(['dev', 'test', 'prod']).default('dev').describe('Kind of deployment; picks .env.<APP_ENV>'),
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on'),
  PORT: port().default(3000).describe('Port to listen on; 0 picks a free one'),
  HTTP_ENGINE: z.enum(['express', 'node']).default('express').describe('What serves HTTP'),
  DATABASE_URL: secret(z.string().regex(/^(postgres(ql)?:\/\/|pglite:.)/, 'expected postgres://user:password@host:5432/name, pglite:<folder> or pglite:memory'))
    .default(conceal('pglite:.data/db')).describe('Where the data is: postgres://..., pglite:<folder>, or pglite:memory'),
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
  ADMIN_PASSWORD: secret(Password).optional().describe('Password of the first administrator; in dev one is made and shown once'),
  PASSWORD_COST: z.int().min(4).max(16).default(12).describe('Cost of a password hash: one more is twice the time'),
  DEV_CALLER: z.boolean().default(false).describe('Whether the header X-Dev-Caller names the caller, without any proof; never in prod'),
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
    if (values.ADMIN_EMAIL === undefined) refuse('ADMIN_EMAIL', 'is required in prod', 'Set ADMIN_EMAIL to the address of the first administrator.');
    if (values.ADMIN_PASSWORD === undefined) refuse('ADMIN_PASSWORD', 'is required in prod', 'Set ADMIN_PASSWORD to the first password of the first administrator, or ADMIN_PASSWORD_FILE to a file that holds it.');
    if (values.DEV_CALLER) refuse('DEV_CALLER', 'is not possible in prod, where it would let anybody be anybody', 'Remove DEV_CALLER.');
    if (values.PASSWORD_COST < 10) refuse('PASSWORD_COST', 'must be at least 10 in prod', 'Remove PASSWORD_COST.');
  }),
});

export type Settings = Frozen<z.output<typeof settings.schema>>;
