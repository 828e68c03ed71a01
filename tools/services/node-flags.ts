/** What Node is given to run a TypeScript file of the workspace, and the sources of the libraries that it imports, in a process of its own. */
export const runsTypescript: readonly string[] = [
  '--conditions=@org/source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning',
  `--import=${new URL('./typescript-sources.mjs', import.meta.url).href}`,
];
