// What every hand-assembled contestant does besides answering: request id, security headers, rate limit, one access line a request.
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';

export const securityHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

const wanted = /^[A-Za-z0-9._-]{1,64}$/;
export const requestId = (given) => (given !== undefined && wanted.test(given) ? given : randomUUID());

/** A fixed window a minute for each address; generous enough never to be reached. */
export function rateLimit(max = 1e9, windowMilliseconds = 60_000) {
  const windows = new Map();
  return (address) => {
    const now = Date.now();
    let window = windows.get(address);
    if (!window || now >= window.until) windows.set(address, (window = { used: 0, until: now + windowMilliseconds }));
    window.used++;
    return { allowed: window.used <= max, remaining: max - window.used, seconds: Math.ceil((window.until - now) / 1000) };
  };
}

export const rateLimitHeaders = ({ remaining, seconds }) => [`"default";r=${remaining};t=${seconds}`, '"default";q=1000000000;w=60'];

/** Lines are gathered and written together. */
export function accessLog() {
  const file = createWriteStream('/dev/null');
  let lines = '';
  setInterval(() => { if (lines !== '') { file.write(lines); lines = ''; } }, 100).unref();
  const write = (fields) => { lines += `${JSON.stringify({ time: new Date().toISOString(), level: 'info', message: 'request', ...fields })}\n`; };
  return write;
}
