/** What is known about the end of a version. A date is a `Date` or an ISO 8601 string: `2027-01-31` (midnight UTC) or with a time and a zone. */
export interface VersionLifecycle {
  /** From when on the version should not be used any more; may lie in the future. Sent as `Deprecation` (RFC 9745). */
  readonly deprecated?: string | Date;
  /** From when on the version may stop answering. Sent as `Sunset` (RFC 8594). */
  readonly sunset?: string | Date;
  /** Address of a page for people; sent as links with the relations `deprecation` and `sunset`. */
  readonly info?: string;
  /** Address of what replaces the version; sent as a link with the relation `successor-version` (RFC 5829). */
  readonly successor?: string;
  /** What the version does once its sunset has passed: answer as before, or refuse with `API_VERSION_GONE`. @default 'serve' */
  readonly afterSunset?: 'serve' | 'gone';
}

/** A lifecycle with its dates read and its response headers made. */
export interface ResolvedLifecycle {
  /** Unix milliseconds. */
  readonly deprecated: number | undefined;
  /** Unix milliseconds. */
  readonly sunset: number | undefined;
  readonly info: string | undefined;
  readonly successor: string | undefined;
  readonly afterSunset: 'serve' | 'gone';
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/**
 * Checks a version's lifecycle and makes its headers, which no passing of time changes.
 * @throws TypeError for a date that is none, a sunset before the deprecation, a link that is no address, or `gone` without a sunset
 */
export function resolveLifecycle(version: string, lifecycle: VersionLifecycle = {}): ResolvedLifecycle {
  const { info, successor, afterSunset = 'serve' } = lifecycle;
  const deprecated = readDate(`lifecycle.${version}.deprecated`, lifecycle.deprecated);
  const sunset = readDate(`lifecycle.${version}.sunset`, lifecycle.sunset);
  if (deprecated !== undefined && sunset !== undefined && sunset < deprecated) {
    throw new TypeError(`Version ${version} would be sunset before it is deprecated (RFC 9745 forbids that).`);
  }
  if (afterSunset === 'gone' && sunset === undefined) throw new TypeError(`Version ${version} needs a sunset date to be gone after it.`);
  if (info !== undefined && deprecated === undefined && sunset === undefined) {
    throw new TypeError(`Version ${version} has an info page but neither a deprecation nor a sunset to inform about.`);
  }

  const links: string[] = [];
  const link = (relation: string, target: string | undefined, type = ''): void => {
    if (target === undefined) return;
    if (!uriCharacters.test(target)) throw new TypeError(`"${target}" in the lifecycle of version ${version} is not an address.`);
    links.push(`<${target}>; rel="${relation}"${type}`);
  };
  const headers: [string, string][] = [];
  if (deprecated !== undefined) {
    headers.push(['Deprecation', `@${Math.floor(deprecated / 1000)}`]);
    link('deprecation', info, html);
  }
  if (sunset !== undefined) {
    headers.push(['Sunset', new Date(sunset).toUTCString()]);
    link('sunset', info, html);
  }
  link('successor-version', successor);
  if (links.length > 0) headers.push(['Link', links.join(', ')]);
  return { deprecated, sunset, info, successor, afterSunset, headers };
}

const html = '; type="text/html"';
// What RFC 3986 allows in a URI reference; anything else could end the link or the header early.
const uriCharacters = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/;
const isoDate = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

function readDate(name: string, value: string | Date | undefined): number | undefined {
  if (value === undefined) return undefined;
  const time = value instanceof Date ? value.getTime() : readIso(value);
  if (Number.isNaN(time)) throw new TypeError(`${name} must be a date such as 2027-01-31 or 2027-01-31T09:00:00Z, not "${String(value)}".`);
  return time;
}

function readIso(text: string): number {
  const day = isoDate.exec(text)?.[1];
  // Date.parse rolls 31 February over into March.
  if (day === undefined || new Date(`${day}T00:00:00Z`).getUTCDate() !== Number(day.slice(8))) return NaN;
  return Date.parse(text);
}
