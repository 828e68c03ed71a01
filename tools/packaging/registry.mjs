// @ts-check
// A registry on this machine for @org packages alone; everything else comes from the ordinary one.
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { npm } from './shell.mjs';

/**
 * Starts Verdaccio on a free port of 127.0.0.1, with its storage below `folder`.
 * @param {string} folder
 */
export async function startRegistry(folder) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const config = join(folder, 'verdaccio.yaml');
  // Anyone may publish and there is no uplink: a package that is not published here does not exist.
  writeFileSync(config, [
    `storage: ${JSON.stringify(join(folder, 'storage'))}`,
    'packages:',
    `  '@org/*': { access: $all, publish: $all }`,
    'max_body_size: 50mb',
    'web: { enable: false }',
    'log: { type: stdout, format: json, level: error }',
    '',
  ].join('\n'));

  const require = createRequire(import.meta.url);
  const { bin } = require('verdaccio/package.json');
  const program = join(dirname(require.resolve('verdaccio/package.json')), bin);
  const child = fork(program, ['--config', config, '--listen', `127.0.0.1:${port}`], { silent: true, cwd: folder });
  let log = '';
  child.stdout?.on('data', (chunk) => { log += chunk; });
  child.stderr?.on('data', (chunk) => { log += chunk; });

  const deadline = Date.now() + 30_000;
  while (!(await fetch(`${url}-/ping`).then(({ ok }) => ok, () => false))) {
    if (child.exitCode !== null || Date.now() > deadline) { child.kill(); throw new Error(`The local registry did not start:\n${log}`); }
    await wait(100);
  }
  return {
    url,
    /** Publishes a packed tarball. npm wants a token, whatever it is. */
    publish: (/** @type {string} */ tarball) =>
      npm(['publish', tarball, '--registry', url, `--@org:registry=${url}`, '--provenance=false', `--//127.0.0.1:${port}/:_authToken=anyone`], { cwd: folder }),
    /** What a project needs in its .npmrc to install from here. */
    npmrc: `@org:registry=${url}\n`,
    /** Ends the registry. */
    async stop() {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
