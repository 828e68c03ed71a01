import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { manualClock, type LogFields, type Logger } from '@org/enterprise-kernel';
import { z } from 'zod';
import { temporaryFolder } from '../test/temporary-folder.js';
import { ConfigInvalid, dotenvFile, environment, loadConfig, secret, yamlFile, type Config, type ConfigSource } from './index.js';

const schema = z.object({ LOG_LEVEL: z.enum(['debug', 'info', 'warn']), MAX: z.int().default(1), KEY: secret().optional(), POOL: z.object({ MAX: z.int().default(5) }) });

function recordingLogger() {
  const lines: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[] = [];
  const at = (level: string) => (message: string, fields?: LogFields) => void lines.push({ level, message, fields });
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => logger };
  return { logger, lines };
}

/** A source whose contents the test changes, and which tells its watchers. */
function pushedSource(initial: Readonly<Record<string, unknown>>) {
  let contents = initial;
  let outage: Error | undefined;
  let loads = 0;
  const watchers = new Set<() => void>();
  const source: ConfigSource = {
    name: 'centre',
    async load() {
      loads++;
      if (outage) throw outage;
      return { entries: Object.entries(contents).map(([key, value]) => ({ key, value, location: `centre ${key}` })) };
    },
    watch(onChange) {
      watchers.add(onChange);
      return { [Symbol.asyncDispose]: async () => void watchers.delete(onChange) };
    },
  };
  return {
    source, watchers,
    get loads() { return loads; },
    push(next: Readonly<Record<string, unknown>>) { contents = next; for (const notify of watchers) notify(); },
    fail(error: Error | undefined) { outage = error; for (const notify of watchers) notify(); },
    recover() { outage = undefined; },
  };
}

async function pushedConfig(initial: Readonly<Record<string, unknown>> = { LOG_LEVEL: 'info' }) {
  const clock = manualClock();
  const centre = pushedSource(initial);
  const { logger, lines } = recordingLogger();
  const config = await loadConfig({ schema, sources: [centre.source] }, { clock });
  const watching = config.watch({ logger });
  const settle = () => clock.advance({ milliseconds: 100 });
  await settle();
  return { clock, centre, config, watching, lines, settle };
}

test('a push swaps all settings at once and tells the subscribers of what changed, before and after', async () => {
  const { centre, config, settle, lines, watching } = await pushedConfig({ LOG_LEVEL: 'info', KEY: 'hunter1' });
  const seen: unknown[] = [];
  const before = config.values;
  config.subscribe('LOG_LEVEL', (change) => {
    const typed: 'debug' | 'info' | 'warn' = change.after;
    seen.push([change.before, typed, config.values.MAX]);
  });
  config.subscribe('KEY', (change) => void seen.push([change.before?.reveal(), change.after?.reveal()]));
  config.subscribe('POOL', () => void seen.push('POOL'));
  // @ts-expect-error there is no such setting
  config.subscribe('LOG', () => {});
  centre.push({ LOG_LEVEL: 'debug', MAX: '7', KEY: 'hunter2' });
  expect(config.values).toBe(before);
  await settle();
  expect(seen).toEqual([['info', 'debug', 7], ['hunter1', 'hunter2']]);
  expect(config.values).toMatchObject({ LOG_LEVEL: 'debug', MAX: 7 });
  expect(before).toMatchObject({ LOG_LEVEL: 'info', MAX: 1 });
  expect(Object.isFrozen(config.values)).toBe(true);
  expect(config.explain('MAX')).toMatchObject({ source: 'centre', value: '7' });
  expect(lines).toEqual([{ level: 'info', message: 'The settings were reloaded.', fields: { changed: ['LOG_LEVEL', 'MAX', 'KEY'] } }]);
  await watching[Symbol.asyncDispose]();
});

test('a bad push keeps the last good values and says why, in status, health and log, once', async () => {
  const { clock, centre, config, settle, lines } = await pushedConfig();
  const loadedAt = clock.now();
  const good = config.values;
  await expect(config.health.check(AbortSignal.timeout(1))).resolves.toEqual({ loaded_at: new Date(loadedAt).toISOString() });
  centre.push({ LOG_LEVEL: 'inof', MAX: '7' });
  await settle();
  centre.push({ LOG_LEVEL: 'inof', MAX: '7' });
  await settle();
  expect(config.values).toBe(good);
  expect(config.explain('LOG_LEVEL')).toMatchObject({ value: 'info' });
  expect(config.status).toMatchObject({ state: 'stale', loadedAt, failedAt: clock.now(), error: { details: [{ key: 'LOG_LEVEL', source: 'centre LOG_LEVEL' }] } });
  await expect(config.health.check(AbortSignal.timeout(1))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(lines.map(({ level, message }) => [level, message])).toEqual([['warn', 'The settings were not reloaded; the last good ones stay.']]);

  centre.push({ LOG_LEVEL: 'info' });
  await settle();
  expect(config.status).toEqual({ state: 'current', loadedAt: clock.now() });
  expect(config.values).toBe(good);
  expect(lines.at(-1)).toMatchObject({ level: 'info', fields: { changed: [] } });
});

test('an outage of a source keeps the last good values, and the source is asked again until it answers', async () => {
  const { clock, centre, config, settle } = await pushedConfig();
  centre.fail(new Error('connection refused'));
  await settle();
  expect(config.values.LOG_LEVEL).toBe('info');
  expect(config.status).toMatchObject({ state: 'stale', error: { details: [{ source: 'centre', message: 'the source cannot be read: connection refused' }, { key: 'LOG_LEVEL' }] } });
  const { loads } = centre;
  await clock.advance({ seconds: 10 });
  expect(centre.loads).toBe(loads + 1);
  centre.recover();
  await clock.advance({ seconds: 10 });
  expect(config.status.state).toBe('current');
  await clock.advance({ minutes: 1 });
  expect(centre.loads).toBe(loads + 2);
});

test('how long changes gather, and how long to wait after an outage, are options', async () => {
  const clock = manualClock();
  const centre = pushedSource({ LOG_LEVEL: 'info' });
  const config = await loadConfig({ schema, sources: [centre.source] }, { clock });
  config.watch({ settle: { seconds: 1 }, retry: { seconds: 3 } });
  await clock.advance({ seconds: 1 });
  const { loads } = centre;
  centre.fail(new Error('down'));
  await clock.advance({ milliseconds: 999 });
  expect(centre.loads).toBe(loads);
  await clock.advance({ milliseconds: 1 });
  expect(centre.loads).toBe(loads + 1);
  await clock.advance({ milliseconds: 2_999 });
  expect(centre.loads).toBe(loads + 1);
  await clock.advance({ milliseconds: 1 });
  expect(centre.loads).toBe(loads + 2);
});

test('a change during a wait for a retry is taken at once', async () => {
  const { centre, config, settle } = await pushedConfig();
  centre.fail(new Error('down'));
  await settle();
  centre.recover();
  centre.push({ LOG_LEVEL: 'warn' });
  await settle();
  expect(config.values.LOG_LEVEL).toBe('warn');
});

test('a subscriber that throws or rejects does not stop the others, nor one that has left', async () => {
  const { centre, config, settle, lines } = await pushedConfig();
  const seen: string[] = [];
  config.subscribe('LOG_LEVEL', () => { throw new Error('first'); });
  config.subscribe('LOG_LEVEL', async () => { throw new Error('second'); });
  const left = config.subscribe('LOG_LEVEL', () => void seen.push('left'));
  config.subscribe('LOG_LEVEL', () => void seen.push('third'));
  left[Symbol.dispose]();
  centre.push({ LOG_LEVEL: 'debug' });
  await settle();
  expect(seen).toEqual(['third']);
  expect(lines.filter(({ level }) => level === 'error').map(({ fields }) => (fields?.['error'] as Error).message)).toEqual(['first', 'second']);
});

test('changes that come together are one reload, and those that come while one runs are another', async () => {
  const { centre, settle } = await pushedConfig();
  const { loads } = centre;
  for (const MAX of [1, 2, 3]) centre.push({ LOG_LEVEL: 'info', MAX });
  await settle();
  expect(centre.loads).toBe(loads + 1);
});

test('an older reading never replaces a newer one', async () => {
  const answers: ((value: string) => void)[] = [];
  let first = true;
  const slow: ConfigSource = {
    name: 'slow',
    async load() {
      const value = first ? 'info' : await new Promise<string>((resolve) => answers.push(resolve));
      first = false;
      return { entries: [{ key: 'LOG_LEVEL', value, location: 'slow' }] };
    },
  };
  const config = await loadConfig({ schema, sources: [slow] });
  const reloads = [config.reload(), config.reload()];
  await delay(5);
  expect(answers).toHaveLength(1);
  answers[0]!('debug');
  await reloads[0];
  await delay(5);
  answers[1]!('warn');
  await reloads[1];
  expect(config.values.LOG_LEVEL).toBe('warn');
});

test('a reading that is under way at disposal is discarded, and the source is told', async () => {
  const clock = manualClock();
  let told: AbortSignal | undefined;
  let answer: (() => void) | undefined;
  const source: ConfigSource = {
    name: 'slow',
    async load({ signal }) {
      if (signal) await new Promise<void>((resolve) => { told = signal; answer = resolve; });
      return { entries: [{ key: 'LOG_LEVEL', value: signal ? 'debug' : 'info', location: 'slow' }] };
    },
  };
  const config = await loadConfig({ schema, sources: [source] }, { clock });
  const watching = config.watch();
  await clock.advance({ milliseconds: 100 });
  const disposing = watching[Symbol.asyncDispose]();
  expect(told?.aborted).toBe(true);
  answer!();
  await disposing;
  expect(config.values.LOG_LEVEL).toBe('info');
});

test('disposal ends the watchers, and drops a reload that is due', async () => {
  const { clock, centre, config, settle, watching } = await pushedConfig();
  centre.push({ LOG_LEVEL: 'debug' });
  await watching[Symbol.asyncDispose]();
  await settle();
  expect(config.values.LOG_LEVEL).toBe('info');
  expect(centre.watchers.size).toBe(0);
  expect(clock.pending).toBe(0);
});

test('without watching, reload reads the sources when asked, and never rejects for their faults', async () => {
  const centre = pushedSource({ LOG_LEVEL: 'info' });
  const config = await loadConfig({ schema, sources: [centre.source] });
  centre.push({ LOG_LEVEL: 'debug' });
  expect(config.values.LOG_LEVEL).toBe('info');
  expect((await config.reload()).state).toBe('current');
  expect(config.values.LOG_LEVEL).toBe('debug');
  centre.push({});
  const status = await config.reload();
  expect(status.state === 'stale' && ConfigInvalid.is(status.error)).toBe(true);
});

describe('real files', () => {
  const fast = { pollInterval: { milliseconds: 10 }, settle: { milliseconds: 5 } };
  async function eventually(check: () => void): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return check();
      } catch (error) {
        if (attempt === 300) throw error;
        await delay(10);
      }
    }
  }

  /** Watches, and returns when the reload at the start is over and cannot be what notices a change. */
  async function watchSettled(config: Pick<Config<object>, 'watch' | 'status'>): Promise<AsyncDisposable> {
    const { status } = config;
    const watching = config.watch(fast);
    await eventually(() => expect(config.status).not.toBe(status));
    await delay(50);
    return watching;
  }

  test('a file that is written in place, replaced by an editor, removed or made again is noticed', async () => {
    await using folder = await temporaryFolder({ '.env': 'LOG_LEVEL=info\n' });
    const config = await loadConfig({ schema, sources: [dotenvFile(folder.path('.env'))] });
    await using _watching = await watchSettled(config);
    await folder.write('.env', 'LOG_LEVEL=debug\n');
    await eventually(() => expect(config.values.LOG_LEVEL).toBe('debug'));
    await folder.write('.env.swap', 'LOG_LEVEL=warn\n');
    await rename(folder.path('.env.swap'), folder.path('.env'));
    await eventually(() => expect(config.values.LOG_LEVEL).toBe('warn'));
    await rm(folder.path('.env'));
    await eventually(() => expect(config.status.state).toBe('stale'));
    expect(config.values.LOG_LEVEL).toBe('warn');
    await folder.write('.env', 'LOG_LEVEL=info\n');
    await eventually(() => expect(config.values.LOG_LEVEL).toBe('info'));
  });

  test('the swap of a Kubernetes volume is noticed, for settings and for the file of a secret', async () => {
    await using folder = await temporaryFolder({ '..1/config.yaml': 'LOG_LEVEL: info\n', '..1/key': 'first\n', '..2/config.yaml': 'LOG_LEVEL: debug\n', '..2/key': 'second\n' });
    await symlink('..1', folder.path('..data'));
    await symlink('..data/config.yaml', folder.path('config.yaml'));
    await symlink('..data/key', folder.path('key'));
    const config = await loadConfig({ schema, sources: [yamlFile(folder.path('config.yaml')), environment({ KEY_FILE: folder.path('key') })] });
    await using _watching = await watchSettled(config);
    await symlink('..2', folder.path('..data_tmp'));
    await rename(folder.path('..data_tmp'), folder.path('..data'));
    await rm(folder.path('..1'), { recursive: true });
    await eventually(() => expect([config.values.LOG_LEVEL, config.values.KEY?.reveal()]).toEqual(['debug', 'second']));
  });

  test('the file of a secret that is rotated is noticed', async () => {
    await using folder = await temporaryFolder({ key: 'first\n' });
    const config = await loadConfig({ schema, sources: [environment({ LOG_LEVEL: 'info', KEY_FILE: folder.path('key') })] });
    await using _watching = await watchSettled(config);
    await folder.write('key', 'second\n');
    await eventually(() => expect(config.values.KEY?.reveal()).toBe('second'));
  });

  test('a change between loading and watching is not missed', async () => {
    await using folder = await temporaryFolder({ '.env': 'LOG_LEVEL=info\n' });
    const config = await loadConfig({ schema, sources: [dotenvFile(folder.path('.env'))] });
    await folder.write('.env', 'LOG_LEVEL=debug\n');
    await using _watching = config.watch(fast);
    await eventually(() => expect(config.values.LOG_LEVEL).toBe('debug'));
  });

  test('after disposal nothing is noticed any more', async () => {
    await using folder = await temporaryFolder({ '.env': 'LOG_LEVEL=info\n' });
    const config = await loadConfig({ schema, sources: [dotenvFile(folder.path('.env'))] });
    const watching = config.watch(fast);
    await delay(30);
    await watching[Symbol.asyncDispose]();
    await folder.write('.env', 'LOG_LEVEL=debug\n');
    await delay(60);
    expect(config.values.LOG_LEVEL).toBe('info');
  });

  test('a file that becomes a directory, or half a file, keeps the last good values', async () => {
    await using folder = await temporaryFolder({ 'c.yaml': 'LOG_LEVEL: info\n' });
    const config = await loadConfig({ schema, sources: [yamlFile(folder.path('c.yaml'))] });
    await using _watching = config.watch(fast);
    await writeFile(folder.path('c.yaml'), 'LOG_LEVEL: "deb');
    await eventually(() => expect(config.status.state).toBe('stale'));
    await rm(folder.path('c.yaml'));
    await mkdir(folder.path('c.yaml'));
    await eventually(() => expect(config.status).toMatchObject({ error: { details: [{ message: 'the file is a directory' }, {}] } }));
    expect(config.values.LOG_LEVEL).toBe('info');
  });
});
