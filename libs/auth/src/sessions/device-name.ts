// The more particular first: each browser also claims to be those after it.
const browsers = [['Edg', 'Edge'], ['OPR/', 'Opera'], ['SamsungBrowser', 'Samsung Internet'], ['Firefox', 'Firefox'], ['FxiOS', 'Firefox'], ['CriOS', 'Chrome'], ['Chrome', 'Chrome'], ['Safari', 'Safari']] as const;
const systems = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['CrOS', 'ChromeOS'], ['Mac OS X', 'macOS'], ['Linux', 'Linux']] as const;

/** Names a device by its user agent, for its owner to recognise: `Firefox on Linux`; never more than a first guess. */
export function deviceName(userAgent: string | undefined): string {
  const found = (known: readonly (readonly [string, string])[]): string | undefined => known.find(([mark]) => userAgent?.includes(mark))?.[1];
  const [browser, system] = [found(browsers), found(systems)];
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? 'Unknown device';
}

/** Makes one printable line of a text that comes from outside. */
export function oneLine(text: string, longest: number): string {
  // Control characters, and those that turn the direction of writing around.
  const printable = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').replace(/ {2,}/g, ' ');
  return Array.from(printable).slice(0, longest).join('').trim();
}
