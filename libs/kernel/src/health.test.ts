import { alwaysHealthy, type HealthCheck } from './health.js';

describe('alwaysHealthy', () => {
  it('passes under its name', async () => {
    const check: HealthCheck = alwaysHealthy('memory');
    expect(check.name).toBe('memory');
    await expect(check.check(AbortSignal.abort())).resolves.toBeUndefined();
  });
});
