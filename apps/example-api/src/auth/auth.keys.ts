import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keyRing, type KeyRing } from '@org/enterprise-auth/crypto';
import { generateSigningKey, signingKeys, type SigningKeys } from '@org/enterprise-auth/jwt';
import { provide } from '@org/enterprise-di';
import { token } from '@org/enterprise-kernel';
import { Clock, Settings } from '../platform.js';
import type { Settings as SettingsValue } from '../settings.js';
import { dataFile } from './data-file.js';

/** Signs and verifies access tokens. */
export const AccessTokenKeys = token<SigningKeys>('auth.AccessTokenKeys');
/** What everything else that is secret is derived from. */
export const MasterKeys = token<KeyRing>('auth.MasterKeys');

// Whoever takes a key out of the settings has waited until its last token expired.
const untilRemoved = new Date('9999-12-31T00:00:00Z');

/** Keys from the settings; outside of production, those that are missing are made and kept in the data folder. */
export const authKeys = (root: string) => [
  provide(AccessTokenKeys, { settings: Settings, clock: Clock }, async ({ settings, clock }) => {
    const alg = settings.JWT_ALG;
    const given = alg === 'HS256' ? settings.JWT_SECRET : settings.JWT_PRIVATE_KEY;
    const key = given?.reveal() ?? await madeHere(settings, root, `jwt-${alg.toLowerCase()}.key`, () => generateSigningKey(alg));
    const others = settings.JWT_OTHER_KEYS?.reveal().match(/-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----/gs) ?? [];
    return signingKeys({ clock, current: { alg, key }, retired: others.map((other) => ({ alg, key: other, until: untilRemoved })) });
  }),
  provide(MasterKeys, { settings: Settings }, async ({ settings }) => keyRing(
    settings.ENCRYPTION_KEYS?.reveal() ?? await madeHere(settings, root, 'encryption.keys', () => `dev:${randomBytes(32).toString('base64')}`),
  )),
];

function madeHere({ APP_ENV }: SettingsValue, root: string, name: string, make: () => string | Promise<string>): Promise<string> {
  // The settings refuse it; what must not be is refused twice.
  if (APP_ENV === 'prod') throw new Error('No key is made in production.');
  return dataFile(join(root, '.data', name), make);
}
