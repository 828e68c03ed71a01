import type { ErrorClass } from '@org/enterprise-kernel';
import { compileChain, servedBy, type ChainStep, type VersionChain, type VersionSet } from '@org/enterprise-versioning';
import type { PreviousRoute, Route, RouteSpec } from './route.js';

export type AnySpec = RouteSpec<any, any, any, any, any>;

/** The errors of its own that a route declares, itself and through its access. */
export const errorsOf = ({ errors = [], access }: AnySpec): readonly ErrorClass[] => (typeof access === 'object' && access.errors ? [...access.errors, ...errors] : errors);

/** The declaration that serves one API version. */
export interface Served {
  readonly spec: AnySpec;
  /** From this version's request to the newest one's. */
  readonly up: VersionChain['up'];
  /** From the newest answer's `data` to this version's. */
  readonly down: VersionChain['down'];
}

/** A route's declarations, oldest first. */
function declarationsOf(route: Route): { readonly spec: AnySpec; readonly step: PreviousRoute | undefined }[] {
  const list = [];
  for (let at: Route | undefined = route; at; at = at.previous?.route) list.unshift({ spec: at.spec as AnySpec, step: at.previous });
  return list;
}

/** The request parts that an upgrade works on. */
export interface Parts { readonly params: unknown; readonly query: unknown; readonly body: unknown }

/** Checks the parts that an upgrade has made and takes over the others. */
export type MergeUpgraded = (older: Parts, made: Partial<Parts>) => Parts;

/**
 * Finds, by position of the API version, which declaration of a route serves it, with the conversions to and from the newest.
 * `compileMerge` compiles the check of what an upgrade makes against the newer declaration; what fails there is our fault.
 */
export function servedVersions(route: Route, versions: VersionSet, subject: string, compileMerge: (spec: AnySpec) => MergeUpgraded): readonly (Served | undefined)[] {
  const names = versions.versions.map(({ name }) => name);
  const declarations = declarationsOf(route);
  const steps = declarations.flatMap(({ spec, step }): ChainStep[] => {
    if (!step || (!step.upgrade && !step.downgrade)) return [];
    const to = spec.since!;
    const from = names[names.indexOf(to) - 1];
    if (from === undefined) throw new TypeError(`${subject}: evolve needs a \`since\` after the oldest version (${names.join(', ')}), not "${to}".`);
    const { upgrade, downgrade } = step;
    const merge = compileMerge(spec);
    return [{
      from, to,
      ...(upgrade && { up: (older: Parts) => merge(older, upgrade(older)) }),
      ...(downgrade && { down: downgrade }),
    }];
  });
  const chains = compileChain({ versions: names, steps, subject });
  const spans = declarations.map(({ spec }) => ({ spec, since: spec.since, until: spec.until }));
  return servedBy(names, spans).map((declaration, index) => declaration && { spec: declaration.spec, up: chains[index]!.up, down: chains[index]!.down });
}
