/** Takes for one what an attacker varies for free: case, width and form of letters. */
export const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Returns the folded text and what is left without up to four digits and signs at its end: `dragon` of `dragon2026`. */
export function stems(folded: string): readonly string[] {
  const ending = /[^\p{L}]{1,4}$/u.exec(folded);
  return ending ? [folded, folded.slice(0, ending.index)] : [folded];
}

/** Returns texts, folded, with the parts that names and e-mail addresses consist of; nothing of fewer than three letters. */
export function wordsOf(texts: readonly string[]): readonly string[] {
  const words = texts.flatMap((text) => {
    const whole = fold(text).trim();
    const parts = whole.split(/[^\p{L}\p{N}]+/u);
    return [whole, whole.split('@')[0]!, parts.join(''), ...parts];
  });
  return words.filter((word) => word.length >= 3);
}

/** Tells whether a text repeats up to four characters (`abcabcabc`), or counts up or down (`abcdefgh`, `87654321`). */
export function isPattern(text: string): boolean {
  if (text.length === 0) return false;
  for (let period = 1; period <= 4 && 2 * period <= text.length; period++) if (text.slice(period) === text.slice(0, -period)) return true;
  const step = text.charCodeAt(1) - text.charCodeAt(0);
  if (Math.abs(step) !== 1) return false;
  for (let i = 2; i < text.length; i++) if (text.charCodeAt(i) - text.charCodeAt(i - 1) !== step) return false;
  return true;
}
