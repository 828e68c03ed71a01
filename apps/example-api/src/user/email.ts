import { z } from 'zod';

/**
 * An address of electronic mail in its one spelling, without blanks around it and in lower case: addresses that are the
 * same to people are the same text. RFC 5321, section 4.5.3.1, allows 64 octets in front of the `@` and, with the angle
 * brackets of a path, 256 altogether.
 */
export const Email = z.string().trim().toLowerCase()
  .max(254)
  .check(z.email('must be an e-mail address such as ada@example.com'))
  .refine((text) => text.lastIndexOf('@') <= 64, 'must have at most 64 characters in front of the @')
  .brand<'Email'>()
  .meta({ example: 'ada@example.com' });
export type Email = z.output<typeof Email>;
