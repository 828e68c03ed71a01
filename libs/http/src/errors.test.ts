import { existsSync, readFileSync } from 'node:fs';
import * as errors from './errors.js';
import type { HttpErrorCode } from './errors.js';
import { statusOf } from './status.js';

const declared = Object.values(errors).filter((value) => typeof value === 'function' && 'code' in value);

test.each(declared.map((error) => [error.code, error] as const))('%s has a page with its status', (code, error) => {
  const page = new URL(`../../../docs/errors/${code}.md`, import.meta.url);
  expect(existsSync(page)).toBe(true);
  const text = readFileSync(page, 'utf8');
  expect(text).toMatch(new RegExp(`^# ${code}\n`));
  expect(text).toContain(`\`${error.kind}\`, ${statusOf(error)}`);
});

test('the union of the codes is complete', () => {
  const codes: Record<HttpErrorCode, true> = {
    VALIDATION_FAILED: true, ROUTE_NOT_FOUND: true, METHOD_NOT_ALLOWED: true, NOT_ACCEPTABLE: true, BODY_TIMEOUT: true,
    PRECONDITION_FAILED: true, PAYLOAD_TOO_LARGE: true, UNSUPPORTED_MEDIA_TYPE: true, PRECONDITION_REQUIRED: true, RATE_LIMITED: true, HANDLER_TIMEOUT: true, INTERNAL_ERROR: true,
  };
  expect(declared.map(({ code }) => code).sort()).toEqual(Object.keys(codes).sort());
});
