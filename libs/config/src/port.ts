import { z } from 'zod';

/** Declares a TCP port: a whole number from 0 (the system picks one) to 65535. */
export const port = (): z.ZodInt => z.int().min(0).max(65_535);
