// @ts-check
// Projects of other people, one of each kind that the libraries promise to fit into.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestOf, peersOf, root } from '../workspace.mjs';
import { blockOf, examplesOf, toCommonJs } from './examples.mjs';
import { node, npm, run } from './shell.mjs';

/** @typedef {import('../workspace.mjs').Library} Library */
/** @typedef {{ folder: string, libraries: Library[] }} Project */
/** @typedef {{ kind: string, needs: (libraries: Library[]) => Record<string, string>, esm?: boolean, check: (project: Project) => Promise<string> }} Kind */

const workspace = manifestOf(root).devDependencies ?? {};
const pinned = (/** @type {string[]} */ ...names) => Object.fromEntries(names.map((name) => [name, workspace[name] ?? 'latest']));
const fixtures = join(root, 'tools/packaging/fixtures');

/** Every peer of every library, with its types where they come apart. */
function allPeers(/** @type {Library[]} */ libraries) {
  /** @type {Record<string, string>} */
  const peers = {};
  for (const { manifest } of libraries) {
    for (const [name, range] of Object.entries(manifest.peerDependencies ?? {})) {
      if (libraries.some((library) => library.name === name)) continue;
      peers[name] = peers[name] === undefined || peers[name] === range ? range : `${peers[name]} ${range}`;
    }
  }
  const types = Object.keys(peers).map((name) => `@types/${name.replace(/^@(.*)\//, '$1__')}`).filter((name) => name in workspace);
  return { ...peers, ...pinned('@types/node', ...types) };
}

const subpathsOf = (/** @type {Library[]} */ libraries) => libraries.flatMap(({ name, manifest }) =>
  Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json').map((subpath) => name + subpath.slice(1)));

function write(/** @type {string} */ folder, /** @type {Record<string, string | object>} */ files) {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
}

/** Makes the project and installs what it needs. */
export async function install(/** @type {Kind} */ kind, /** @type {string} */ folder, /** @type {Library[]} */ libraries, /** @type {string} */ npmrc) {
  write(folder, {
    '.npmrc': npmrc,
    'package.json': {
      name: 'foreign', version: '1.0.0', private: true, ...(kind.esm ? { type: 'module' } : {}),
      dependencies: { ...kind.needs(libraries), ...Object.fromEntries(libraries.map(({ name, manifest }) => [name, manifest.version])) },
    },
  });
  await npm(['install', '--prefer-offline', '--ignore-scripts'], { cwd: folder });
}

/** Type-checks as a user would who does not skip the checks of libraries; faults in other people's declarations are not ours to report. */
export async function compile(/** @type {string} */ folder, /** @type {'typescript' | 'typescript-7'} */ compiler) {
  const printed = await node([join(root, 'node_modules', compiler, 'bin/tsc'), '--project', folder, '--pretty', 'false'], { cwd: folder, accept: [0, 1, 2] });
  const faults = printed.split('\n').filter((line) => /error TS\d+/.test(line) && !/^[^(]*node_modules\/(?!@org\/)/.test(line));
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

const sources = (/** @type {Library[]} */ libraries) => Object.fromEntries([
  ...libraries.flatMap(examplesOf).map(({ name, text }) => [`src/${name}.ts`, text]),
  ['src/subpaths.ts', `${subpathsOf(libraries).map((path, i) => `import * as m${i} from '${path}';`).join('\n')}\nconsole.log([${subpathsOf(libraries).map((_, i) => `m${i}`).join(', ')}].length);\n`],
]);
const programs = (/** @type {Library[]} */ libraries) => [...libraries.flatMap(examplesOf).filter(({ first }) => first).map(({ name }) => name), 'subpaths'];
const summary = (/** @type {Library[]} */ libraries) => `${libraries.length} examples run, ${subpathsOf(libraries).length} modules loaded`;
const strict = { target: 'es2022', strict: true, moduleDetection: 'force', types: ['node'] };

/** @type {Kind[]} */
export const kinds = [
  {
    kind: 'an ESM TypeScript project (nodenext)',
    esm: true,
    needs: allPeers,
    async check({ folder, libraries }) {
      write(folder, { ...sources(libraries), 'tsconfig.json': { compilerOptions: { ...strict, module: 'nodenext', rootDir: 'src', outDir: 'out' }, include: ['src'] } });
      await compile(folder, 'typescript');
      for (const program of programs(libraries)) await node([`out/${program}.js`], { cwd: folder, timeoutMs: 60_000 });
      const commands = libraries.flatMap(({ manifest }) => Object.keys(manifest.bin ?? {}));
      for (const command of commands) await run(join(folder, 'node_modules/.bin', command), ['--help'], { cwd: folder, timeoutMs: 60_000 });
      return `${libraries.flatMap(examplesOf).length} blocks compiled, ${summary(libraries)}, ${commands.length} commands started`;
    },
  },
  {
    kind: 'an ESM TypeScript project (bundler, esbuild)',
    esm: true,
    needs: (libraries) => ({ ...allPeers(libraries), esbuild: 'latest' }),
    async check({ folder, libraries }) {
      write(folder, { ...sources(libraries), 'tsconfig.json': { compilerOptions: { ...strict, module: 'esnext', moduleResolution: 'bundler', noEmit: true }, include: ['src'] } });
      await compile(folder, 'typescript-7');
      // Dependencies in CommonJS call require() for Node's own modules, which esbuild leaves to whoever runs the bundle.
      const banner = `import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);`;
      for (const program of programs(libraries)) {
        // What reads WebAssembly, native code or a thread's program from beside itself stays where it is installed.
        await node(['node_modules/esbuild/bin/esbuild', `src/${program}.ts`, '--bundle', '--external:@electric-sql/pglite', '--external:@node-rs/argon2', '--external:piscina', '--platform=node', '--format=esm', `--outfile=out/${program}.js`, `--banner:js=${banner}`, '--log-level=error'], { cwd: folder });
        await node([`out/${program}.js`], { cwd: folder, timeoutMs: 60_000 });
      }
      return `${libraries.flatMap(examplesOf).length} blocks compiled, ${summary(libraries)} from bundles`;
    },
  },
  {
    kind: 'a CommonJS project (require)',
    needs: allPeers,
    async check({ folder, libraries }) {
      write(folder, commonJs(libraries));
      for (const program of programs(libraries)) await node([`src/${program}.js`], { cwd: folder, timeoutMs: 60_000 });
      return summary(libraries);
    },
  },
  {
    kind: 'a project with Jest in CommonJS mode',
    needs: (libraries) => ({ ...allPeers(libraries), ...pinned('jest', '@swc/jest', '@swc/core') }),
    async check({ folder, libraries }) {
      write(folder, {
        ...commonJs(libraries),
        'jest.config.js': blockOf(join(root, 'docs/adoption.md'), 'Jest in CommonJS mode'),
        'examples.test.js': programs(libraries).map((program) => `test('${program}', async () => { await require('./src/${program}.js'); }, 60_000);`).join('\n'),
      });
      await node(['node_modules/jest/bin/jest.js', '--ci'], { cwd: folder, timeoutMs: 180_000 });
      return summary(libraries);
    },
  },
  service('an existing Express 5 application', 'express', { express: '^5.0.0' }),
  service('an existing Fastify 5 application', 'fastify', { fastify: '^5.0.0' }),
  service('an existing NestJS 12 application', 'nest', {
    '@nestjs/common': '^12.0.0', '@nestjs/core': '^12.0.0', '@nestjs/platform-express': '^12.0.0', 'reflect-metadata': '^0.2.0', rxjs: '^7.0.0', ...pinned('@types/node', '@types/express'),
  }),
];

const commonJs = (/** @type {Library[]} */ libraries) => Object.fromEntries([
  ...libraries.flatMap(examplesOf).filter(({ first }) => first).map(({ name, text }) => [`src/${name}.js`, toCommonJs(text)]),
  ['src/subpaths.js', subpathsOf(libraries).map((path) => `require('${path}');`).join('\n')],
]);

/** @returns {Kind} a service of fixtures/, which must answer the same two requests whatever it is built on */
function service(/** @type {string} */ kind, /** @type {string} */ fixture, /** @type {Record<string, string>} */ own) {
  return {
    kind,
    esm: true,
    needs: (libraries) => ({ ...Object.fromEntries(libraries.flatMap(({ manifest }) => peersOf(manifest).map((peer) => [peer, manifest.peerDependencies?.[peer] ?? '']))), ...own }),
    async check({ folder }) {
      cpSync(join(fixtures, fixture), folder, { recursive: true });
      if (fixture === 'nest') await compile(folder, 'typescript');
      const app = await start(folder);
      try {
        const ask = (/** @type {string} */ path) => fetch(app.url + path, { headers: { 'x-request-id': 'from-outside-7' } });
        await expectAnswer(await ask('/greetings/ada'), 200, { greeting: 'Hello, ada!', request_id: 'from-outside-7' });
        await expectAnswer(await ask('/greetings/nobody'), 404, { code: 'GREETING_UNKNOWN', message: 'There is nobody to greet.', request_id: 'from-outside-7' });
        await expectAnswer(await ask('/api/v1/hello/ada'), 200, { code: 'OK', message: 'OK', data: { greeting: 'Hello, ada!' } });
        const refusal = /** @type {{ code: string }} */ (await (await ask('/api/v1/hello/nobody')).json());
        if (refusal.code !== 'GREETING_UNKNOWN') throw new Error(`A contract refused with ${JSON.stringify(refusal)}.`);
      } finally {
        await app.stop();
      }
      return 'a route of its own and a contract route answered, and refused';
    },
  };
}

async function expectAnswer(/** @type {Response} */ response, /** @type {number} */ status, /** @type {object} */ body) {
  const answer = `${response.status} ${await response.text()}`;
  const expected = `${status} ${JSON.stringify(body)}`;
  if (answer !== expected) throw new Error(`Expected ${expected}\nbut got  ${answer}`);
}

/** Starts `main.js`, which prints the port it listens on. */
async function start(/** @type {string} */ folder) {
  const child = spawn(process.execPath, ['main.js'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PORT: '0', GREETING: 'Hello' } });
  let output = '';
  /** @type {string} */
  const port = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => { child.kill('SIGKILL'); reject(new Error(`The service did not say where it listens within 30 s:\n${output}`)); }, 30_000);
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
      const found = /^listening on (\d+)$/m.exec(output)?.[1];
      if (found) { clearTimeout(timer); resolve(found); }
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('exit', () => { clearTimeout(timer); reject(new Error(`The service ended at once:\n${output}`)); });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => /** @type {Promise<void>} */ (new Promise((resolve) => { child.once('exit', () => resolve()); child.kill('SIGKILL'); })),
  };
}
