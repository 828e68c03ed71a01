import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import globals from 'globals';
import tseslint from 'typescript-eslint';

// A library may import only libraries of a lower rank (its `rank:n` tag); see docs/architecture.md.
const ranks = [0, 1, 2, 3, 4, 5, 6];
const rankRule = [
  ...ranks.map((rank) => ({ sourceTag: `rank:${rank}`, onlyDependOnLibsWithTags: ranks.slice(0, rank).map((lower) => `rank:${lower}`) })),
  { sourceTag: 'rank:app', onlyDependOnLibsWithTags: ranks.map((rank) => `rank:${rank}`) },
];

const plain = [
  { selector: 'ExportAllDeclaration', message: 'Name every export; `export *` hides what a package offers.' },
  { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' },
];

export default tseslint.config(
  { ignores: ['**/dist/', '**/bundle/', '**/out-tsc/', '**/coverage/', '**/tmp/', '.nx/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,mjs,cjs,js}'],
    languageOptions: { globals: globals.node },
    plugins: { '@nx': nx, 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/resolver-next': [createNodeResolver({ extensionAlias: { '.js': ['.ts', '.js'] }, conditionNames: ['@org/source', 'import', 'node', 'default'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      '@nx/enforce-module-boundaries': ['error', {
        allow: ['/tools/'],
        // A driver's subpath may be loaded lazily beside a static import of its library's root.
        checkDynamicDependenciesExceptions: ['.*'],
        depConstraints: rankRule,
        enforceBuildableLibDependency: true,
      }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-empty-function': 'off',
      // `any` stands where a generic parameter is deliberately open (variance); unknown does not express it.
      '@typescript-eslint/no-explicit-any': 'off',
      // Port and token, type and value share one name.
      'no-redeclare': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['libs/*/src/**/*.ts', 'apps/*/src/**/*.ts'],
    ignores: ['**/*.test.ts', 'apps/*/src/**/*testing.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...plain],
      'no-console': 'error',
      'no-restricted-imports': ['error', { patterns: [{ group: ['**/tools/**'], message: 'tools/ may be imported from tests only.' }] }],
    },
  },
  {
    // Tools and the tests of libraries use each other, and nothing of it is published.
    files: ['tools/**'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
);
