/** What runs the tests: Jest's, Vitest's and node:test's `describe` and `test` fit. */
export interface TestApi {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
}
