export type ResolveHook = (specifier: string, context: { readonly parentURL?: string | undefined }, next: (specifier: string, context: unknown) => unknown) => unknown;

const ofDrizzle = /\/node_modules\/drizzle-orm\/.*\.js$/;

/** Resolves what a file of drizzle-orm imports from beside it, without asking package.json what kind of file that is. */
export const resolveInDrizzle: ResolveHook = (specifier, context, next) => {
  const { parentURL } = context;
  if (parentURL === undefined || !specifier.startsWith('.') || !ofDrizzle.test(parentURL)) return next(specifier, context);
  const url = new URL(specifier, parentURL).href;
  return ofDrizzle.test(url) ? { url, format: 'module', shortCircuit: true } : next(specifier, context);
};
