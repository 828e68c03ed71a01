import { z } from 'zod';

const shortest = 8;
/** bcrypt reads no further, and would take two long passwords with the same beginning for one. */
const mostBytes = 72;

/** A password to be: the same text whichever keyboard typed it (Unicode NFC), and nothing of it is ever cut off. */
export const Password = z.string()
  .overwrite((text) => text.normalize('NFC'))
  .refine((text) => Buffer.byteLength(text) <= mostBytes, { message: `must have at most ${mostBytes} bytes in UTF-8, where letters beyond A to Z take two to four`, abort: true })
  .refine((text) => [...text].length >= shortest, `must have at least ${shortest} characters`)
  // Others end a text at a zero, and a half of a surrogate pair is no text at all.
  .refine((text) => !/[\0\p{Cs}]/u.test(text), 'must be text')
  .meta({ minLength: shortest, maxLength: mostBytes, format: 'password', example: 'correct horse battery staple' });
