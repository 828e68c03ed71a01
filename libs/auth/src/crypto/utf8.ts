/**
 * Returns a text as UTF-8.
 * @throws TypeError for half a surrogate pair: it has no UTF-8 and would become another text
 */
export function utf8(text: string, what: string): Buffer {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError(`This ${what} holds half a surrogate pair, which UTF-8 cannot write.`);
  return Buffer.from(text, 'utf8');
}
