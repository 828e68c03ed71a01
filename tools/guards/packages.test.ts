import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraries, root, type Library } from '../workspace.mjs';

const libs = libraries();
const each = test.each(libs.map((library) => [library.name, library] as const));
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');

test('the workspace has libraries', () => {
  expect(libs).not.toHaveLength(0);
});

each('%s has a README of at most 120 lines with an example that imports it', (name, { folder }) => {
  const text = read(folder, 'README.md');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(120);
  expect(text.split('\n')[0]).toBe(`# ${name}`);
  expect(/^```ts\n([\s\S]*?)^```/m.exec(text)?.[1]).toContain(`from '${name}`);
});

each('%s brings the licence along', (_, { folder, manifest }) => {
  // npm packs a LICENSE only from the package's own folder and does not follow links.
  expect(manifest.license).toBe('MIT');
  expect(read(folder, 'LICENSE')).toBe(read(root, 'LICENSE'));
});

each('%s is an ES module package for supported Node releases and says whether importing it does anything', (_, { manifest }) => {
  expect(manifest).toMatchObject({ type: 'module', engines: { node: '>=22.12' }, publishConfig: { access: 'public' } });
  expect(manifest).toHaveProperty('sideEffects');
  expect(manifest.description).toMatch(/^[A-Z].*\.$/);
  expect(manifest).not.toHaveProperty('main');
});

each('%s exports its sources to the workspace and its build to everyone else', (_, { manifest, folder }) => {
  const { './package.json': self, ...modules } = manifest.exports as Record<string, any>;
  expect(self).toBe('./package.json');
  expect(modules).toHaveProperty(['.']);
  for (const target of Object.values(modules)) {
    const built = String(target['@org/source']).replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
    // Compared as text, since the first matching condition wins.
    expect(JSON.stringify(target)).toBe(JSON.stringify({ '@org/source': target['@org/source'], types: `${built}.d.ts`, default: `${built}.js` }));
    expect(existsSync(join(folder, target['@org/source']))).toBe(true);
  }
});

each('%s publishes its build, the sources that its maps point to, and no tests', (_, { manifest }) => {
  expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'src', '!src/**/*.test.ts', '!dist/**/*.tsbuildinfo']));
});

each('%s depends on other libraries by a caret range that the workspace satisfies', (_, { manifest }) => {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });
  const wrong = ranges.filter(([name, range]) => libs.some((other) => other.name === name && !satisfies(other, range)));
  expect(wrong).toEqual([]);
  const peers = Object.keys(manifest.peerDependencies ?? {});
  expect(Object.keys(manifest.peerDependenciesMeta ?? {}).filter((peer) => !peers.includes(peer))).toEqual([]);
});

each('%s is listed in the README of the repository', (name, { id }) => {
  expect(read(root, 'README.md')).toContain(`[${name}](libs/${id}/README.md)`);
});

test('the README of the repository lists no library that is not there', () => {
  const listed = [...read(root, 'README.md').matchAll(/\]\(libs\/([^/)]+)\//g)].map(([, id]) => id);
  expect(listed.filter((id) => !libs.some((library) => library.id === id))).toEqual([]);
});

test('every changeset says what happens to which library', () => {
  const kinds = ['major', 'minor', 'patch'];
  const faults = globSync('.changeset/*.md', { cwd: root }).filter((file) => !file.endsWith('README.md')).flatMap((file) => {
    const [, head, summary] = /^---\n([\s\S]*?)^---\n([\s\S]*)$/m.exec(read(root, file)) ?? [];
    if (head === undefined || !summary?.trim()) return [`${file}: needs packages between two lines of dashes, and a text`];
    return head.trim().split('\n').filter((line) => {
      const [, name, kind] = /^['"]?(@[^'":]+)['"]?: *(\w+)$/.exec(line) ?? [];
      return !libs.some((library) => library.name === name) || !kinds.includes(kind!);
    }).map((line) => `${file}: "${line}" is not a library and one of ${kinds.join(', ')}`);
  });
  expect(faults).toEqual([]);
});

test('releases leave out nothing but private packages that exist', () => {
  const { ignore } = JSON.parse(read(root, '.changeset/config.json')) as { ignore: string[] };
  const apps = globSync('apps/*/package.json', { cwd: root }).map((file) => JSON.parse(read(root, file)) as { name: string; private?: boolean });
  expect(ignore.toSorted()).toEqual(apps.filter((app) => app.private).map(({ name }) => name).sort());
});

function satisfies({ manifest: { version } }: Library, range: string): boolean {
  const base = /^\^(\d+\.\d+\.\d+)$/.exec(range)?.[1]?.split('.').map(Number);
  if (!base) return false;
  const actual = version.split('.').map(Number);
  const fixed = base[0]! > 0 ? 1 : 2;
  const difference = actual.map((part, i) => part - base[i]!);
  return difference.slice(0, fixed).every((part) => part === 0) && (difference.find((part) => part !== 0) ?? 0) >= 0;
}
