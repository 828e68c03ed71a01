import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';

/** The settings are not usable. `details` lists every fault; the message prints them for a terminal. */
export const ConfigInvalid = defineError('CONFIG_INVALID', {
  kind: 'internal',
  title: 'The settings are not valid.',
  details: z.array(z.object({ key: z.string(), source: z.string(), message: z.string(), remedy: z.string() })),
});

export type ConfigErrorCode = 'CONFIG_INVALID';
