import { passwordPolicy, type PasswordContext, type PasswordPolicyOptions } from './password-policy.js';

const reasons = async (password: string, context?: PasswordContext, options?: PasswordPolicyOptions): Promise<string[]> =>
  (await passwordPolicy(options).check(password, context)).map(({ reason }) => reason);

test('at least 8 characters are needed, or as many as are asked for, counted as people do', async () => {
  expect([await reasons('k7 vw3q'), await reasons('k7 vw3qz')]).toEqual([['too_short'], []]);
  expect([await reasons('🦊🐙🌵🪐🎺🧊🪁'), await reasons('🦊🐙🌵🪐🎺🧊🪁🥨')]).toEqual([['too_short'], []]);
  // Seven letters with an accent each, typed as two code points.
  expect(await reasons('éáóúíýń'.normalize('NFD'))).toEqual(['too_short']);
  expect([await reasons('fourteen chars', {}, { minLength: 15 }), await reasons('fifteen letters', {}, { minLength: 15 })]).toEqual([['too_short'], []]);
});

test('64 characters are always allowed, and 256 unless another number is given', async () => {
  const long = 'all the king\'s horses, '.repeat(12);
  expect([await reasons(long.slice(0, 256)), await reasons(long.slice(0, 257))]).toEqual([[], ['too_long']]);
  expect([await reasons(long.slice(0, 64), {}, { maxLength: 64 }), await reasons(long.slice(0, 65), {}, { maxLength: 64 })]).toEqual([[], ['too_long']]);
  expect(await reasons('x1'.repeat(500_000))).toEqual(['too_long']);
});

test.each([[{ minLength: 7 }], [{ minLength: 8.5 }], [{ maxLength: 63 }], [{ minLength: 100, maxLength: 99 }], [{ maxLength: 1025 }]])('%j is refused', (options) => {
  expect(() => passwordPolicy(options)).toThrow(TypeError);
});

test.each(['all lower case', 'ALL UPPER CASE', '83920174655', 'пароль и кот', '猫は庭にいますよね', '!?%&/()=;:_', '  two blanks  ', 'family 👨‍👩‍👧 yes'])('no kinds of characters are asked for, and all that can be printed are taken: %j', async (password) => {
  expect(await reasons(password)).toEqual([]);
});

test.each(['tab\there it is', 'line\nbreak it is', 'zero\0byte it is', 'half \ud83d of it', 'unassigned \u0378 it is', 'delete \u007f it is'])('what is no text is refused: %j', async (password) => {
  expect(await reasons(password)).toEqual(['not_text']);
});

test.each([
  'password', 'Password', 'PASSWORD1', 'Password123!', 'ｐａｓｓｗｏｒｄ', 'iloveyou', 'qwertyuiop', 'letmein2026', 'Dragon!!!!', 'football#1', '1q2w3e4r5t', 'aaaaaaaa', 'abababab', 'abcabcabc', '12345678', '87654321', 'abcdefgh',
])('what attackers try first is refused: %j', async (password) => {
  expect(await reasons(password)).toEqual(['common']);
});

test.each(['dragonfly meadow', 'my password is long', 'xdragonx', '1dragon 2foxes', 'abcdefgx', 'aaaaaaab'])('the whole password is looked up, not a word in it: %j', async (password) => {
  expect(await reasons(password)).toEqual([]);
});

test('the list can be left out', async () => {
  expect(await reasons('Password123!', {}, { refuseCommon: false })).toEqual([]);
});

test.each(['annabelle', 'Annabelle1', 'ANNABELLE2026', 'annabelle.schmidt', 'AnnabelleSchmidt', 'schmidt!!', 'annabelle.schmidt@example.com', 'acmeshop', 'AcmeShop2026', 'acme shop', 'sunflower7'])('what is known of the person and the service is refused: %j', async (password) => {
  expect(await reasons(password, { email: 'annabelle.schmidt@example.com', name: 'Annabelle Schmidt', words: ['sunflower7'] }, { words: ['Acme Shop'], refuseCommon: false })).toEqual(['personal']);
});

test('a part of two letters forbids nothing, and what contains a name is no name', async () => {
  expect(await reasons('jo jo jo jo 8', { email: 'jo@example.com', name: 'Jo' }, { refuseCommon: false })).toEqual([]);
  expect(await reasons('where annabelle sleeps', { name: 'Annabelle' })).toEqual([]);
});

test('all faults are told at once, in words that say what to do', async () => {
  const faults = await passwordPolicy().check('monkey\t', { name: 'monkey' });
  expect(faults.map(({ reason }) => reason)).toEqual(['too_short', 'not_text', 'personal', 'common']);
  for (const { message } of faults) expect(message).toMatch(/^(Use|Leave out|Choose) .*\.$/);
  expect(JSON.stringify(faults)).not.toMatch(/monkey/);
});

test('whether it was stolen is asked last, and only of a password without other faults', async () => {
  const asked: string[] = [];
  const compromised = { isCompromised: async (password: string) => { asked.push(password); return password.startsWith('stolen'); } };
  expect(await reasons('stolen a\u0308pfel', {}, { compromised })).toEqual(['compromised']);
  expect(await reasons('fresh apples', {}, { compromised })).toEqual([]);
  expect(await reasons('password', {}, { compromised })).toEqual(['common']);
  expect(asked).toEqual(['stolen äpfel', 'fresh apples']);
});
