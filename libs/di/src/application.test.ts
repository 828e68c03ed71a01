import { token } from '@org/enterprise-kernel';
import { createApplication, defineModule, provide, provideValue, StartAborted } from './index.js';

const Name = token<string>('app.Name');
const Greeting = token<string>('app.Greeting');
const greeting = { name: 'greeting', providers: [provide(Greeting, { name: Name }, ({ name }) => `hello ${name}`)] };
const naming = { name: 'naming', providers: [provideValue(Name, 'alice')], routes: ['other libraries\' business'] };

describe('an application', () => {
  test('takes modules until it starts, in any order', async () => {
    await using app = createApplication({ modules: [greeting] });
    app.register(naming);
    expect(app.state).toBe('created');
    await app.start();
    expect(app.state).toBe('ready');
    expect(app.resolve(Greeting)).toBe('hello alice');
  });

  test('refuses a module that comes late', async () => {
    const app = createApplication({ modules: [greeting, naming] });
    await app.start();
    expect(() => app.register({ name: 'late' })).toThrow(expect.objectContaining({ code: 'REGISTRATION_LATE', details: { modules: ['late'] } }));
    await app.stop();
    expect(() => app.register({ name: 'late' })).toThrow(/Too late to register late/);
  });

  test('keeps the further fields of a module for those who know them', () => {
    const module = defineModule({ name: 'web', providers: [], routes: [{ path: '/ping' }] });
    const path: string = module.routes[0].path;
    expect(path).toBe('/ping');
    expect(createApplication({ modules: [module] }).check().graph.nodes).toEqual([]);
  });

  test('can be checked without being started', () => {
    expect(() => createApplication({ modules: [greeting] }).check()).toThrow(expect.objectContaining({ code: 'DEPENDENCY_GRAPH_INVALID' }));
    const app = createApplication({ modules: [greeting, naming] });
    expect(app.check().graph.nodes).toHaveLength(2);
    expect(app.check()).toBe(app.check());
    expect(() => app.register(naming)).toThrow(/Too late/);
  });

  test('does not start with a faulty graph, and can be stopped all the same', async () => {
    const app = createApplication({ modules: [greeting] });
    await expect(app.start()).rejects.toMatchObject({ code: 'DEPENDENCY_GRAPH_INVALID' });
    await app.stop();
  });

  test('is ready only between its start and its stop', async () => {
    const app = createApplication({ modules: [greeting, naming] });
    const ready = async (): Promise<string> => app.readiness.check(AbortSignal.abort()).then(() => 'ready', (error: Error) => error.message);
    expect(await ready()).toBe('The application is created.');
    const starting = app.start();
    expect(await ready()).toBe('The application is starting.');
    await starting;
    expect(await ready()).toBe('ready');
    const stopping = app.stop();
    expect(await ready()).toMatch(/The application is stop/);
    await stopping;
  });

  test('starts once and stops once', async () => {
    const app = createApplication({ modules: [greeting, naming] });
    expect(app.start()).toBe(app.start());
    await app.start();
    expect(app.stop()).toBe(app.stop());
  });

  test('that was stopped first does not start', async () => {
    const app = createApplication();
    await app.stop();
    expect(app.state).toBe('stopped');
    await expect(app.start()).rejects.toMatchObject({ code: 'CONTAINER_STOPPED' });
    expect(() => app.resolve(Name)).toThrow(expect.objectContaining({ code: 'CONTAINER_NOT_STARTED' }));
  });

  test('gives up its start when it is stopped', async () => {
    const app = createApplication({ modules: [greeting, naming] });
    const starting = app.start().catch((error: unknown) => error);
    await app.stop();
    expect(StartAborted.is(await starting)).toBe(true);
  });
});
