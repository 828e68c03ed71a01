import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pagesOf = (folder: string): string[] => readdirSync(join(root, folder)).filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
const pages = [...['.', 'docs', 'docs/decisions', 'docs/errors'].flatMap(pagesOf), ...readdirSync(join(root, 'libs')).map((name) => `libs/${name}/README.md`)];

test('what a page links to is there', () => {
  const links = pages.flatMap((page) => [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, link]) => ({ page, link: link! })));
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter(({ page, link }) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});
