import { availableParallelism } from 'node:os';

const everything = { statements: 100, branches: 100, functions: 100, lines: 100 };

/** One Jest for the whole workspace: sources are read through the `@org/source` export condition, so nothing has to be built first. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/tools'],
  testMatch: ['**/*.test.ts'],
  // A first PGlite or a browser takes seconds, on a busy machine many; a test that hangs is still found.
  testTimeout: 60_000,
  // Much of the time goes to processes and databases that a test waits for, so that one more than cores keeps them busy.
  maxWorkers: availableParallelism() + 1,
  // A test that fails may leave a server open. At home the run that does not end shows it; in CI it would block the queue.
  forceExit: process.env.CI === 'true',
  modulePathIgnorePatterns: ['<rootDir>/(libs|apps)/[^/]+/(dist|bundle)/', '<rootDir>/\\.nx/', '<rootDir>/tmp/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // initdb within PGlite takes seconds; the processes that tests start have it as it is.
    '^@electric-sql/pglite$': '<rootDir>/tools/services/pglite.ts',
  },
  testEnvironmentOptions: { customExportConditions: ['@org/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': ['@swc/jest', {
      jsc: { target: 'es2023', externalHelpers: true, parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true, decoratorMetadata: true } },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    }],
  },
  coverageProvider: 'babel',
  coverageDirectory: 'coverage',
  collectCoverageFrom: ['libs/*/src/**/*.ts', 'apps/*/src/**/*.ts', '!**/*.test.ts', '!**/*.d.ts', '!apps/*/src/{main,start}.ts'],
  coverageThreshold: {
    global: { statements: 90, branches: 85, functions: 90, lines: 90 },
    // What decides about money, stock and access, each file on its own.
    'apps/example-api/src/{order/order,order/order.pricing,order/order.access,product/product,product/money,user/user,user/email,user/person-name,auth/roles}.ts': everything,
  },
};
