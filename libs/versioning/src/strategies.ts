/** What a strategy may look at; a host adapts its own request to it. */
export interface VersionRequest {
  /** The path alone, without origin, query or fragment: `/api/v1/products/1`. */
  readonly path: string;
  /** Returns a header by its lower-case name; repeated ones joined by `, ` as Node does. */
  header(name: string): string | undefined;
  /** Returns a query parameter, repeated ones joined by a comma. Needed by {@link queryVersion} alone. */
  query?(name: string): string | undefined;
}

/** What a strategy may ask about the names of the set it is part of. */
export interface VersionNames {
  /** Returns the declared name that is exactly `text` from `start` to `end`. */
  at(text: string, start: number, end: number): string | undefined;
  /** Tells whether `text` is written like one of the declared names: `v9` among `v1` and `v2`, but not `videos`. */
  resembles(text: string): boolean;
}

/** One place of a request where a version can be named. */
export interface VersionStrategy {
  /** Short and constant; {@link NegotiatedVersion.source} and metrics show it. */
  readonly source: string;
  /** The place as people read it in error messages. @default source */
  readonly label?: string;
  /** The request header that decides, for the `Vary` response header. @default none */
  readonly vary?: string;
  /** What an unknown version means here: the address does not exist, or the request is wrong. @default 'invalid' */
  readonly unknown?: 'missing' | 'invalid';
  /** The path that everything versioned lives under. At most one strategy of a set has one. @default none */
  readonly prefix?: string;
  /** Returns what the request names, if anything; several values are separated by commas. */
  read(request: VersionRequest, names: VersionNames): string | undefined;
}

export interface PathVersionOptions {
  /** The path in front of the version. `''` is the root. @default '/api' */
  readonly prefix?: string;
}

/**
 * Reads the version from the path segment right after the prefix: `/api/v1/products`.
 *
 * Names are matched exactly, so that one resource has one address and a gateway's rule for `/api/v1` cannot be walked around by `/api/V1`.
 * A segment that merely starts like a version (`/api/videos`) is not one.
 */
export function pathVersion({ prefix = '/api' }: PathVersionOptions = {}): VersionStrategy {
  const root = prefix === '/' ? '' : prefix;
  if (root !== '' && !/^(?:\/[^/?#\s]+)+$/.test(root)) throw new TypeError(`The prefix "${prefix}" must start with a slash and must not end with one.`);
  return {
    source: 'path',
    unknown: 'missing',
    prefix: root,
    read({ path }, names) {
      const start = root.length + 1;
      if (!path.startsWith(root) || path.charCodeAt(root.length) !== slash) return undefined;
      const slashAfter = path.indexOf('/', start);
      const end = slashAfter === -1 ? path.length : slashAfter;
      const known = names.at(path, start, end);
      if (known !== undefined) return known;
      const segment = path.slice(start, end);
      return names.resembles(segment) ? segment : undefined;
    },
  };
}

const slash = 47;

/** Reads the version from a request header: `X-API-Version: v1`, or `1`. */
export function headerVersion(name = 'X-API-Version'): VersionStrategy {
  const lowerCase = name.toLowerCase();
  return { source: 'header', label: `header ${name}`, vary: name, read: (request) => request.header(lowerCase) };
}

/** Reads the version from a query parameter: `?api-version=2026-01-01`. */
export function queryVersion(name = 'api-version'): VersionStrategy {
  return {
    source: 'query',
    label: `query parameter ${name}`,
    read(request) {
      if (!request.query) throw new TypeError('queryVersion needs a request with a query function.');
      return request.query(name);
    },
  };
}

/** Reads the version from a parameter of the accepted media types: `Accept: application/json; version=2`. */
export function mediaTypeVersion(parameter = 'version'): VersionStrategy {
  const wanted = parameter.toLowerCase();
  return {
    source: 'media-type',
    label: `media type parameter ${parameter}`,
    vary: 'Accept',
    read(request) {
      const accept = request.header('accept');
      if (accept === undefined || !accept.includes('=')) return undefined;
      const named: string[] = [];
      for (const part of accept.split(/[;,]/)) {
        const [name = '', value = ''] = part.split('=', 2);
        if (name.trim().toLowerCase() === wanted) named.push(value.trim().replace(/^"(.*)"$/, '$1'));
      }
      return named.join(',');
    },
  };
}
