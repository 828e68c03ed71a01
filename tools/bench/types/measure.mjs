// Prints what routes cost the type checker, in type instantiations a route: node tools/bench/types/measure.mjs [count]
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../../workspace.mjs';
import { clientModule, inputsModule, routesModule } from './generate.mjs';

const count = Number(process.argv[2] ?? 300);
const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config.compilerOptions;
const { options } = ts.convertCompilerOptionsFromJson({ ...base, composite: false, declaration: false, declarationMap: false, noEmit: true, noUnusedLocals: false }, root);
// Inside the workspace, so that packages are found as a user's module would find them.
const folder = join(root, 'tmp', `types-${process.pid}`);

/** How many instantiations a module needs, and how long its check takes. A module that does not compile measures nothing. */
function measure(source) {
  const file = join(folder, 'module.ts');
  writeFileSync(file, source);
  const program = ts.createProgram([file], options);
  const started = performance.now();
  const faults = program.getSemanticDiagnostics(program.getSourceFile(file));
  if (faults.length > 0) throw new Error(ts.formatDiagnostics(faults.slice(0, 3), { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n' }));
  return { instantiations: program.getInstantiationCount(), milliseconds: performance.now() - started };
}

/** The cost of a route: the difference that `count` of them make to one. */
function perRoute(module) {
  const one = measure(module(1));
  const many = measure(module(count));
  return { instantiations: Math.round((many.instantiations - one.instantiations) / (count - 1)), milliseconds: Math.round(many.milliseconds) };
}

mkdirSync(folder, { recursive: true });
try {
  const rows = {};
  for (const [kind, evolved] of [['plain', false], ['evolved', true]]) {
    const bare = perRoute((n) => routesModule(n, evolved, { handlers: false }));
    const declared = perRoute((n) => routesModule(n, evolved));
    const uncalled = perRoute((n) => clientModule(n, evolved, 0));
    const inputs = perRoute((n) => inputsModule(n, evolved));
    const called = perRoute((n) => clientModule(n, evolved, n));
    rows[kind] = {
      declare: bare.instantiations,
      implement: declared.instantiations - bare.instantiations,
      'in a client, not called': uncalled.instantiations - declared.instantiations,
      'in a client, called': called.instantiations - declared.instantiations,
      'of which zod, for the inputs': inputs.instantiations - declared.instantiations,
      [`check of ${count}, called (ms)`]: called.milliseconds,
    };
  }
  console.table(rows);
} finally {
  rmSync(folder, { recursive: true });
}
