import type { Clock } from '@org/enterprise-kernel';
import { versionSet, type VersionSet } from '@org/enterprise-versioning';
import type { Settings } from './settings.js';

/** The versions of the API and their ends. */
export const apiVersions = ({ DEFAULT_API_VERSION }: Pick<Settings, 'DEFAULT_API_VERSION'>, clock: Clock): VersionSet => versionSet({
  supported: ['v1', 'v2'],
  clock,
  default: DEFAULT_API_VERSION,
  lifecycle: { v1: { deprecated: '2026-06-01', sunset: '2027-12-31', info: '/docs', successor: '/api/v2' } },
});
