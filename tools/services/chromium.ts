import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type BrowserContextOptions } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'];

/** Where Chromium is: `CHROMIUM_PATH`, else the first of the usual places that has one. */
export const chromiumPath: string | undefined = process.env['CHROMIUM_PATH'] || places.find((path) => existsSync(path));

const missing = 'Chromium is missing: install it (apt-get install chromium), or name it in CHROMIUM_PATH.';

/**
 * `describe` for tests that need a browser. Without one they are skipped with a line that says how to get it; with
 * `CI=true` they fail instead.
 */
export function describeWithChromium(name: string, tests: () => void): void {
  if (chromiumPath !== undefined) describe(name, tests);
  else if (process.env['CI'] === 'true') test(name, () => { throw new Error(missing); });
  else {
    process.stderr.write(`${name}: skipped. ${missing}\n`);
    describe.skip(name, () => { test('needs Chromium', () => {}); });
  }
}

export interface Browsing extends AsyncDisposable {
  readonly context: BrowserContext;
}

/** Starts a browser of its own, with an empty profile and without a single request that the page did not make. */
export async function openChromium(options: BrowserContextOptions = {}): Promise<Browsing> {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    executablePath: chromiumPath!,
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
