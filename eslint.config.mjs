// The TypeScript linter: typescript-eslint's strict, type-aware rules on sources; the plain recommended ones on .mjs tools and tests.
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const underscore = { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' };

export default defineConfig(
  { ignores: ['build/', '**/node_modules/', '**/dist/', 'js-glue/src/gen/', 'demo-site/.build/', 'demo-site/.data/', 'tests/.out/', 'tests/package/npm-consumer/', '**/*.d.ts'] },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      // Text from outside is checked for control characters by naming them.
      'no-control-regex': 'off',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-unused-vars': ['error', underscore],
    },
  },
  {
    files: ['**/*.mjs'],
    // Type checking knows the globals of Node and of pages; the linter would have to be told each.
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-undef': 'off',
      'no-unused-vars': 'off',
      '@typescript-eslint/no-unused-vars': ['error', underscore],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // An index into a table we made needs no test at run time; noUncheckedIndexedAccess makes each such place say so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      // Enums are numbers in the module's memory and in people's records.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // createElement of our own element's name gives our own class; the DOM's types cannot know.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // Numbers in messages are fine; objects are not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    // Beside the wasm boundary an enum is a number in a buffer, and noUncheckedIndexedAccess asks for more than a fixed
    // table needs; native methods taken off their prototypes are what a patch is made of.
    files: ['js-glue/src/wire/**', 'js-glue/src/browser/**', 'js-glue/src/server/**'],
    rules: {
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Older browsers and odd realms lack what the types promise.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // What test pages load as a classic script.
    files: ['tests/browser/libraries/pages/*.js'],
    languageOptions: { sourceType: 'script' },
    rules: { 'no-undef': 'off', 'no-unused-vars': 'off' },
  },
  {
    // Somebody else's tags, as the advertisers would ship them.
    files: ['demo-site/advertisers/public/**'],
    languageOptions: { sourceType: 'script', ecmaVersion: 2020 },
    rules: { 'no-var': 'off', 'no-undef': 'off', 'no-unused-vars': 'off', 'no-empty': 'off' },
  },
);
