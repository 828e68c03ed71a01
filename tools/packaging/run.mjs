// @ts-check
// Packs every library, publishes them to a registry on this machine and uses them as strangers would.
//   npm run packages              everything
//   npm run packages -- --record  also writes what was measured to docs/packages.md
//   npm run packages -- --keep    leaves the projects behind and says where
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libraries as findLibraries, root } from '../workspace.mjs';
import { importTimes, installAlone } from './alone.mjs';
import { install, kinds } from './projects.mjs';
import { startRegistry } from './registry.mjs';
import { each, findings, run, say } from './shell.mjs';
import { checkContents, checkTypes, lint, pack } from './tarballs.mjs';

const record = process.argv.includes('--record');
const keep = process.argv.includes('--keep');
/** What every service loads first must not be felt when it starts. A multiple of Node's own start, since machines differ. */
const first = { ids: ['kernel', 'config', 'di'], limit: 4 };

const libraries = findLibraries();
const { check, found } = findings();
const scratch = mkdtempSync(join(tmpdir(), 'packages-'));
const at = (/** @type {string[]} */ ...path) => { const folder = join(scratch, ...path); mkdirSync(folder, { recursive: true }); return folder; };
/** @type {Awaited<ReturnType<typeof startRegistry>> | undefined} */
let registry;

try {
  say(`building ${libraries.length} libraries`);
  await run('nx', ['run-many', '-t', 'build', '--projects', 'libs/*', '--output-style=static'], { env: { NX_DAEMON: 'false' } });

  const tarballs = await pack(libraries, at('tarballs'));
  await each(tarballs, async (tarball) => {
    await check(`${tarball.library.name}: contents`, () => checkContents(tarball));
    await check(`${tarball.library.name}: publint`, () => lint(tarball));
    await check(`${tarball.library.name}: are the types wrong`, () => checkTypes(tarball));
  });

  registry = await startRegistry(at('registry'));
  const { npmrc, publish } = registry;
  await each(tarballs, ({ file }) => publish(file));
  say(`published to ${registry.url}`);

  await each(kinds, async (kind, i) => {
    const folder = at('projects', String(i + 1));
    await check(kind.kind, async () => {
      await install(kind, folder, libraries, npmrc);
      return kind.check({ folder, libraries });
    });
  });

  /** @type {Awaited<ReturnType<typeof installAlone>>[]} */
  const alone = [];
  await each(libraries, (library) => check(`${library.name} alone`, async () => {
    const installed = await installAlone(library, { folder: at('alone', library.id), libraries, npmrc });
    alone.push(installed);
    return `${installed.packages} packages, ${(installed.bytes / 1e6).toFixed(1)} MB`;
  }));

  const together = libraries.filter(({ id }) => first.ids.includes(id));
  const measured = await importTimes([
    ...alone.map(({ library, folder }) => ({ folder, names: [library.name] })),
    { folder: at('projects', '1'), names: together.map(({ name }) => name) },
  ]);
  const start = measured.added.at(-1) ?? 0;
  await check(`${first.ids.join(', ')} are imported in less than ${first.limit} times what Node takes to start`, () => {
    const note = `${start.toFixed(0)} ms on top of ${measured.bare.toFixed(0)} ms`;
    if (start > first.limit * measured.bare) throw new Error(note);
    return note;
  });

  const rows = alone.map((installed, i) => ({ ...installed, ms: measured.added[i] ?? 0 })).sort((a, b) => a.library.rank - b.library.rank || a.library.id.localeCompare(b.library.id));
  const table = [
    '| library | packages installed | installed size | import |',
    '|---|--:|--:|--:|',
    ...rows.map(({ library, packages, bytes, ms }) => `| ${library.name} | ${packages} | ${(bytes / 1e6).toFixed(1)} MB | ${ms.toFixed(0)} ms |`),
    `| ${together.map(({ id }) => id).join(' + ')} | | | ${start.toFixed(0)} ms |`,
  ].join('\n');
  console.log(`\n${table}\n\nImport: on top of a bare Node, which takes ${measured.bare.toFixed(0)} ms.\n`);
  if (record && found.length === 0) writeFileSync(join(root, 'docs/packages.md'), page(table, measured.bare));
} catch (error) {
  found.push({ what: 'the run itself', why: error instanceof Error ? String(error.stack) : String(error) });
} finally {
  await registry?.stop();
  if (keep) say(`left behind: ${scratch}`);
  else rmSync(scratch, { recursive: true, force: true });
}

for (const { what, why } of found) console.error(`\n${what}:\n${why.replace(/^/gm, '  ')}`);
console.log(found.length === 0 ? `All checks of ${libraries.length} packages passed.` : `\n${found.length} checks failed: ${found.map(({ what }) => what).join('; ')}.`);
process.exitCode = found.length === 0 ? 0 : 1;

function page(/** @type {string} */ table, /** @type {number} */ bare) {
  return `# What each package costs

Each library in a project of its own, with its required peers and nothing else, on Node ${process.versions.node}. Import is the
median of nine cold processes, on top of a bare Node (${bare.toFixed(0)} ms here). The figures depend on the machine; compare them with
each other.

${table}

Recorded by \`npm run packages -- --record\`, which also fails when a library brings along another library or an SDK that it
does not declare.
`;
}
