import type { ConfigSource } from '../source.js';

/** Variables by name, as `process.env` has them. */
export interface Environment { readonly [name: string]: string | undefined }

/** Takes environment variables; what the schema does not have is left alone. */
export const environment = (variables: Environment): ConfigSource => ({
  name: 'environment',
  unknownKeys: 'ignore',
  load: async () => ({ entries: Object.entries(variables).map(([key, value]) => ({ key, value, location: 'environment' })) }),
});
