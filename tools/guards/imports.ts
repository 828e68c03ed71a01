import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import type { Library } from '../workspace.mjs';

/** One import of a package, and the file that holds it. */
export interface PackageImport { readonly package: string; readonly file: string }

/** Returns the source file behind every module that a library publishes, by subpath (`.`, `./redis`). */
export function entries({ manifest, folder }: Pick<Library, 'manifest' | 'folder'>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'object' && target['@org/source']) found.set(subpath, join(folder, target['@org/source']));
  }
  return found;
}

/**
 * Returns every package that loading `entry` can load, lazily or not, found by following the imports within the library.
 * Types do not count, as far as the compiler drops them: `import { type A }` stays an import under verbatimModuleSyntax.
 */
export function packagesReachedFrom(entry: string, library: Pick<Library, 'manifest' | 'folder' | 'name'>): PackageImport[] {
  const seen = new Set<string>();
  const reached: PackageImport[] = [];
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.')) visit(sourceOf(join(dirname(file), specifier)));
      else if (specifier.startsWith('node:')) continue;
      else if (packageOf(specifier) === library.name) visit(ownEntry(specifier, library));
      else reached.push({ package: packageOf(specifier), file: relative(library.folder, file) });
    }
  };
  visit(entry);
  return reached;
}

function importsOf(file: string): string[] {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true, experimentalDecorators: true },
  });
  return ts.preProcessFile(outputText, true, true).importedFiles.map(({ fileName }) => fileName);
}

function sourceOf(path: string): string {
  const source = path.replace(/\.js$/, '.ts');
  return existsSync(source) ? source : path;
}

function ownEntry(specifier: string, library: Pick<Library, 'manifest' | 'folder' | 'name'>): string {
  const entry = entries(library).get(`.${specifier.slice(library.name.length)}`);
  if (!entry) throw new Error(`${library.name} does not export ${specifier}.`);
  return entry;
}

const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
