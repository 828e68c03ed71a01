import type { CredentialScheme } from './credentials.js';

/** Where in a request a credential is found, with the schemes that look there. */
export interface Place {
  /** For people: `Authorization`, `X-API-Key`, `cookie session`. */
  readonly label: string;
  /** In lower case, where it is a header of its own. */
  readonly header: string | undefined;
  readonly schemes: CredentialScheme[];
}

/** Sorts schemes by place, as their OpenAPI security schemes say it. @see https://spec.openapis.org/oas/v3.1.0#security-scheme-object */
export function placesOf(schemes: readonly CredentialScheme[]): readonly Place[] {
  const places = new Map<string, Place>();
  for (const scheme of schemes) {
    const { label, header } = placeOf(scheme);
    const key = header ?? label;
    const place = places.get(key) ?? { label, header, schemes: [] };
    places.set(key, place);
    place.schemes.push(scheme);
  }
  return [...places.values()];
}

function placeOf({ name, securityScheme }: CredentialScheme): Omit<Place, 'schemes'> {
  const { type, in: location, name: field = '' } = securityScheme as { type?: string; in?: string; name?: string };
  if (type === 'apiKey') return location === 'header' ? { label: field, header: field.toLowerCase() } : { label: `${location} ${field}`, header: undefined };
  if (type === 'http' || type === 'oauth2' || type === 'openIdConnect') return { label: 'Authorization', header: 'authorization' };
  return { label: name, header: undefined };
}
