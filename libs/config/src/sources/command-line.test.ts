import { commandLine, type CommandLineOptions } from './command-line.js';

const fields = [
  { key: 'PORT', path: ['PORT'], secret: false, flag: false },
  { key: 'VERBOSE', path: ['VERBOSE'], secret: false, flag: true },
  { key: 'JWT_SECRET', path: ['JWT_SECRET'], secret: true, flag: false },
  { key: 'DATABASE__POOL_MAX', path: ['DATABASE', 'POOL_MAX'], secret: false, flag: false },
];
const load = (argv: readonly string[], options?: CommandLineOptions) => commandLine(argv, options).load({ fields });

test.each([
  [['--port', '3000'], 'PORT', '3000'],
  [['--port=3000'], 'PORT', '3000'],
  [['--port', '1', '--port', '2'], 'PORT', '2'],
  [['--port='], 'PORT', ''],
  [['--verbose'], 'VERBOSE', true],
  [['--no-verbose'], 'VERBOSE', false],
  [['--verbose=no'], 'VERBOSE', 'no'],
  [['--database.pool-max', '5'], 'DATABASE__POOL_MAX', '5'],
  [['--jwt-secret-file', '/run/x'], 'JWT_SECRET_FILE', '/run/x'],
])('%j sets %s to %j', async (argv, key, value) => {
  const { entries, faults } = await load(argv);
  expect(faults).toEqual([]);
  expect(entries.at(-1)).toMatchObject({ key, value });
  expect(entries.at(-1)!.location).toMatch(/^command line --/);
});

test('operands, and what stands after --, are left alone', async () => {
  expect(await load(['serve', '--', '--port', '1'])).toEqual({ entries: [], faults: [] });
});

test('an unknown option is a fault with a suggestion, unless the program has its own', async () => {
  const argv = ['--prot', '1', '--zzz', '--no-port', '-x'];
  expect((await load(argv)).faults).toMatchObject([
    { source: 'command line --prot', remedy: 'Did you mean --port?' },
    { source: 'command line --zzz', remedy: 'Remove it.' },
    { source: 'command line --no-port' },
    { source: 'command line -x' },
  ]);
  expect(await load(argv, { unknownOptions: 'ignore' })).toEqual({ entries: [], faults: [] });
});

test('an option without its value is a fault', async () => {
  expect((await load(['--port'])).faults).toMatchObject([{ key: 'PORT', message: 'the option has no value' }]);
});
