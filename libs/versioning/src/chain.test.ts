import { ApiVersionChainFailed, compileChain, unchanged, type ChainStep } from './index.js';

interface UserV1 { readonly name: string }
interface UserV2 { readonly given: string; readonly family: string }
interface UserV3 extends UserV2 { readonly active: boolean }

const split: ChainStep<UserV1, UserV2> = {
  from: 'v1',
  to: 'v2',
  up: ({ name }) => {
    const space = name.lastIndexOf(' ');
    return space === -1 ? { given: name, family: '' } : { given: name.slice(0, space), family: name.slice(space + 1) };
  },
  down: ({ given, family }) => ({ name: family ? `${given} ${family}` : given }),
};
const activity: ChainStep<UserV2, UserV3> = { from: 'v2', to: 'v3', up: (user) => ({ ...user, active: true }), down: ({ given, family }) => ({ given, family }) };
const versions = ['v1', 'v2', 'v3'];

test('a value travels through every version between its own and the newest, in order', () => {
  const [v1, v2, v3] = compileChain({ versions, steps: [activity, split] });
  expect(v1!.up({ name: 'Ada King Lovelace' })).toEqual({ given: 'Ada King', family: 'Lovelace', active: true });
  expect(v1!.down({ given: 'Ada', family: 'Lovelace', active: true })).toEqual({ name: 'Ada Lovelace' });
  expect(v2!.up({ given: 'Ada', family: '' })).toEqual({ given: 'Ada', family: '', active: true });
  expect(v2!.down({ given: 'Ada', family: '', active: true })).toEqual({ given: 'Ada', family: '' });
  expect(v3!.up).toBe(unchanged);
  expect(v3!.down).toBe(unchanged);
});

test('where nothing changes the conversion is the one that can be skipped', () => {
  const chains = compileChain({ versions, steps: [{ from: 'v2', to: 'v3', down: (value) => value }] });
  expect(chains.map(({ up }) => up === unchanged)).toEqual([true, true, true]);
  expect(chains.map(({ down }) => down === unchanged)).toEqual([false, false, true]);
  const value = {};
  expect(chains[0]!.up(value)).toBe(value);
});

test('a step that throws is named, with its cause', () => {
  const cause = new Error('no name');
  const [v1] = compileChain({ versions, subject: 'the body of POST /users', steps: [activity, { ...split, up: () => { throw cause; } }] });
  let caught: unknown;
  try { v1!.up({}); } catch (error) { caught = error; }
  expect(ApiVersionChainFailed.is(caught)).toBe(true);
  expect(caught).toMatchObject({
    kind: 'internal',
    cause,
    message: 'Converting the body of POST /users up from v1 to v2 failed: no name.',
    details: { subject: 'the body of POST /users', from: 'v1', to: 'v2', direction: 'up' },
  });
});

test('on the way down the step is named from the newer version', () => {
  const [v1] = compileChain({ versions, steps: [split, { ...activity, down: () => { throw 'text'; } }] });
  expect(() => v1!.down({})).toThrow('Converting a value down from v3 to v2 failed: text.');
});

test('an asynchronous step is an error and leaves no unhandled rejection', async () => {
  const [v1] = compileChain({ versions, steps: [{ ...split, up: async () => { throw new Error('late'); } }] });
  expect(() => v1!.up({})).toThrow('returned a promise; steps are synchronous');
  await new Promise((resolve) => setImmediate(resolve));
});

test.each<[string, ChainStep[], string]>([
  ['a step over two versions', [{ from: 'v1', to: 'v3' }], 'The step v1 -> v3 for a value does not lead from one version to the next (v1, v2, v3).'],
  ['a step backwards', [{ from: 'v2', to: 'v1' }], 'does not lead from one version to the next'],
  ['a step from nowhere', [{ from: 'v0', to: 'v1' }], 'does not lead from one version to the next'],
  ['a step beyond the newest', [{ from: 'v3', to: 'v4' }], 'does not lead from one version to the next'],
  ['two steps at one place', [split, split], 'The step v1 -> v2 for a value is declared twice.'],
])('%s is refused at start', (_, steps, message) => {
  expect(() => compileChain({ versions, steps })).toThrow(message);
});

test('a step is held to the forms that it declares', () => {
  // @ts-expect-error -- v2 has no `name`
  const wrong: ChainStep<UserV1, UserV2> = { from: 'v1', to: 'v2', up: ({ name }) => ({ name }) };
  expect(wrong.from).toBe('v1');
});
