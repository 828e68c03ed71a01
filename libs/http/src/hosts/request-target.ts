const slash = 47;

/**
 * Returns the path and query of a request target (RFC 9112 section 3.2). The absolute form, which proxies send, loses its
 * scheme and host; `//api` is a path, not a host; `*` stays as it is.
 */
export function originForm(target: string): string {
  if (target.charCodeAt(0) === slash) return target;
  const origin = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i.exec(target)?.[0];
  if (origin === undefined) return target;
  const rest = target.slice(origin.length);
  return rest.charCodeAt(0) === slash ? rest : `/${rest}`;
}
