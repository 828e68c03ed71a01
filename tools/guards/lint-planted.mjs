// @ts-check
// Lints texts that are not on disk, with the workspace's own configuration, and prints what lint says about each.
// A process of its own, since the rank rule reads the project graph once a process and believes what it finds cached.
import { readFileSync } from 'node:fs';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';
import { root } from '../workspace.mjs';

const graph = await createProjectGraphAsync({ exitOnError: true });
const eslint = new ESLint({ cwd: root });

/** @type {{ filePath: string, text: string }[]} */
const planted = JSON.parse(readFileSync(0, 'utf8'));
const lint = [];
for (const { filePath, text } of planted) {
  const [result] = await eslint.lintText(text, { filePath });
  if (!result) throw new Error(`${filePath} is ignored by lint.`);
  lint.push(result.messages.map(({ ruleId, message }) => ({ rule: ruleId, message })));
}
const unlinted = Object.entries(graph.nodes).filter(([, { data }]) => /^(libs|apps)\//.test(data.root) && !data.targets?.lint).map(([name]) => name);
process.stdout.write(JSON.stringify({ lint, unlinted }), () => process.exit());
