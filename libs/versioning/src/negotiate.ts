import { ApiVersionConflict, ApiVersionGone, ApiVersionNotFound, ApiVersionRequired, ApiVersionUnsupported, type NamedVersion } from './errors.js';
import type { DeclaredNames } from './names.js';
import type { VersionRequest, VersionStrategy } from './strategies.js';
import type { ApiVersion, NegotiatedVersion } from './versions.js';

export interface NegotiatorOptions {
  readonly versions: readonly ApiVersion[];
  readonly names: DeclaredNames;
  readonly strategies: readonly VersionStrategy[];
  readonly prefix: string;
  readonly vary: string;
  readonly fallback: ApiVersion | undefined;
}

/** Makes the function that every request passes through: one object is allocated per call, and the rest of the path. */
export function negotiator({ versions, names, strategies, prefix, vary, fallback }: NegotiatorOptions): (request: VersionRequest) => NegotiatedVersion {
  const served = (): string[] => versions.filter(({ gone }) => !gone).map(({ name }) => name);
  const label = (strategy: VersionStrategy): string => strategy.label ?? strategy.source;

  const resolve = (text: string, strategy: VersionStrategy): ApiVersion => {
    // An address has one spelling; everywhere else people may be careless.
    const index = strategy.prefix === undefined ? names.find(text) : names.exact(text);
    if (index !== undefined) return versions[index]!;
    const supported = served();
    // A hostile value must not be echoed at any length.
    const requested = text.trim().slice(0, 64);
    const Refusal = strategy.unknown === 'missing' ? ApiVersionNotFound : ApiVersionUnsupported;
    throw new Refusal({ requested, source: label(strategy), supported }, {
      message: `There is no API version "${requested}" (${label(strategy)}). Supported: ${supported.join(', ')}.`,
    });
  };

  const conflict = (named: readonly NamedVersion[]): Error => new ApiVersionConflict({ named }, {
    message: `The request names different API versions: ${named.map(({ source, version }) => `${version} (${source})`).join(', ')}.`,
  });

  /** Resolves one strategy's answer; of several values, all must mean the same version. */
  const read = (text: string, strategy: VersionStrategy): ApiVersion | undefined => {
    if (!text.includes(',')) return text.trim() === '' ? undefined : resolve(text, strategy);
    const meant = new Set(text.split(',').filter((part) => part.trim() !== '').map((part) => resolve(part, strategy)));
    if (meant.size > 1) throw conflict([...meant].map(({ name }) => ({ source: label(strategy), version: name })));
    return [...meant][0];
  };

  const gone = ({ name, lifecycle: { sunset, info } }: ApiVersion): Error => {
    const supported = served();
    return new ApiVersionGone({ version: name, sunset: new Date(sunset!).toISOString(), supported, ...(info !== undefined && { info }) }, {
      message: `API version ${name} is no longer served. Supported: ${supported.join(', ')}.`,
    });
  };

  return (request) => {
    let version: ApiVersion | undefined;
    let decided: VersionStrategy | undefined;
    let start = 0;
    const { path } = request;
    if (prefix !== '' && path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 47)) start = prefix.length;

    for (const strategy of strategies) {
      const text = strategy.read(request, names);
      if (text === undefined) continue;
      const named = read(text, strategy);
      if (named === undefined) continue;
      if (strategy.prefix !== undefined) start += 1 + text.length;
      if (version === undefined) {
        version = named;
        decided = strategy;
      } else if (version !== named) {
        throw conflict([{ source: label(decided!), version: version.name }, { source: label(strategy), version: named.name }]);
      }
    }
    version ??= fallback;
    if (version === undefined) {
      const supported = served();
      throw new ApiVersionRequired({ supported }, { message: `The request must name an API version. Supported: ${supported.join(', ')}.` });
    }
    if (version.gone) throw gone(version);
    return {
      version,
      path: start === 0 ? path : path.slice(start) || '/',
      source: decided === undefined ? 'default' : decided.source,
      vary: decided?.prefix === undefined ? vary : '',
    };
  };
}
