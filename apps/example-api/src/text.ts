/** For `.refine(...storable)`: what a database can keep as text. Neither a NUL nor half of a surrogate pair is a character. */
export const storable = [(text: string): boolean => !/[\0\p{Cs}]/u.test(text), 'must be text, without NUL characters'] as const;
