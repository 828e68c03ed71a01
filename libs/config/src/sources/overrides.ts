import type { ConfigSource } from '../source.js';

/** Takes values from code, above every other source; for tests. Objects are nested schemas; `undefined` counts as not given. */
export const overrides = (values: Readonly<Record<string, unknown>>): ConfigSource => ({
  name: 'overrides',
  explicit: true,
  load: async () => ({ entries: Object.entries(values).map(([key, value]) => ({ key, value, location: 'overrides' })) }),
});
