import { createContainer, provideValue } from '@org/enterprise-di';
import { Settings } from '../platform.js';
import { PasswordHasher } from './password-hasher.js';
import { bcryptPasswordHasher } from './password-hasher.bcrypt.js';
import { Password } from './password.js';

const faults = (text: string): string[] => Password.safeParse(text).error?.issues.map(({ message }) => message) ?? [];

describe('a password', () => {
  test('has at least 8 characters, as people count them', () => {
    expect([faults('1234567'), faults('12345678')]).toEqual([[expect.stringMatching(/at least 8/)], []]);
    expect([faults('😀'.repeat(7)), faults('😀'.repeat(8))]).toEqual([[expect.stringMatching(/at least 8/)], []]);
    // Seven letters with an accent each, typed as two code points.
    expect(faults('e\u0301'.repeat(7))).toEqual([expect.stringMatching(/at least 8/)]);
  });

  test('has at most 72 bytes, and says that letters may be several', () => {
    expect([faults('x'.repeat(72)), faults('ä'.repeat(36))]).toEqual([[], []]);
    expect([faults('x'.repeat(73)), faults('ä'.repeat(37))]).toEqual([[expect.stringMatching(/72 bytes/)], [expect.stringMatching(/72 bytes/)]]);
  });

  test('is the same from every keyboard', () => {
    expect(Password.parse('a\u0308pfelkuchen')).toBe('äpfelkuchen');
  });

  test.each(['12345678\0', '12345678\ud800'])('%j is refused, which others would read as something shorter or else', (text) => {
    expect(faults(text)).toEqual(['must be text']);
  });

  test('keeps the blanks it has', () => {
    expect(Password.parse('  spaces  ')).toBe('  spaces  ');
  });
});

describe('bcrypt', () => {
  let hasher: PasswordHasher;
  beforeAll(async () => {
    const settings = { PASSWORD_COST: 4 } as never;
    const container = createContainer({ modules: [{ name: 'test', providers: [provideValue(Settings, settings), bcryptPasswordHasher] }] });
    await container.start();
    hasher = container.resolve(PasswordHasher);
  });

  test('knows a password again, and only that, at the cost of the settings', async () => {
    const hash = await hasher.hash('correct horse');
    expect(hash).toMatch(/^\$2b\$04\$.{53}$/);
    expect([await hasher.verify('correct horse', hash), await hasher.verify('correct horse ', hash)]).toEqual([true, false]);
  });

  test('gives one password two hashes', async () => {
    expect(await hasher.hash('correct horse')).not.toBe(await hasher.hash('correct horse'));
  });

  test('verifies what another implementation made (OpenBSD\'s test vector)', async () => {
    expect(await hasher.verify('U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a')).toBe(true);
  });

  test('never cuts a password', async () => {
    const hash = await hasher.hash('x'.repeat(72));
    await expect(hasher.hash('x'.repeat(73))).rejects.toThrow(RangeError);
    await expect(hasher.verify('x'.repeat(73), hash)).resolves.toBe(false);
  });
});
