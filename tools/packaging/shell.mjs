// @ts-check
// Running other programs: quietly when they succeed, with all they said when they fail.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from '../workspace.mjs';

// What npm tells its scripts about this workspace must not reach an npm that works on another project.
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) =>
  !/^npm_(package|lifecycle|command|execpath|node_execpath|config_(local_prefix|workspaces?|include_workspace_root|prefix|noproxy|save|global))/i.test(name)));
const path = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);

/**
 * Runs a program and returns its standard output.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeoutMs?: number, accept?: number[] }} [options] `accept`: exit codes that are no failure
 * @returns {Promise<string>}
 */
export function run(command, args, { cwd = root, env = {}, timeoutMs = 240_000, accept = [0] } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...inherited, PATH: path, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL' });
    let stdout = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => { stdout += chunk; all += chunk; });
    child.stderr.setEncoding('utf8').on('data', (chunk) => { all += chunk; });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== null && accept.includes(code)) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')}\n  in ${cwd} ${signal ? `was stopped by ${signal} after ${timeoutMs} ms` : `ended with ${code}`}:\n${all.trim().slice(-6000)}`));
    });
  });
}

export const node = (/** @type {string[]} */ args, /** @type {Parameters<typeof run>[2]} */ options = {}) => run(process.execPath, args, options);
export const npm = (/** @type {string[]} */ args, /** @type {Parameters<typeof run>[2]} */ options = {}) =>
  run('npm', [...args, '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'], options);

/**
 * Runs `task` on every item, at most `width` at a time, and returns the results in order.
 * @template T, R
 * @param {T[]} items
 * @param {(item: T, index: number) => Promise<R> | R} task
 * @returns {Promise<R[]>}
 */
export async function each(items, task, width = 2) {
  const results = new Array(items.length);
  const queue = items.entries();
  const work = async () => { for (const [i, item] of queue) results[i] = await task(item, i); };
  await Promise.all(Array.from({ length: width }, work));
  return results;
}

const begun = performance.now();
/** Prints a line of progress with the seconds since the start. */
export const say = (/** @type {string} */ text) => console.log(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${text}`);

/** Collects what went wrong, so that one run shows all of it. */
export function findings() {
  /** @type {{ what: string, why: string }[]} */
  const found = [];
  return {
    found,
    /** Runs a check and says how it went. @returns {Promise<boolean>} */
    async check(/** @type {string} */ what, /** @type {() => unknown} */ task) {
      try {
        const note = await task();
        say(`ok      ${what}${typeof note === 'string' ? `: ${note}` : ''}`);
        return true;
      } catch (error) {
        found.push({ what, why: error instanceof Error ? error.message : String(error) });
        say(`FAILED  ${what}`);
        return false;
      }
    },
  };
}
