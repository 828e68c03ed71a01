import { token, type Resolve, type Token } from '@org/enterprise-kernel';
import { createContainer, lazy, provide, provideClass, provideValue, service, type Container, type Module, type ValueOf } from './index.js';

interface Mailer { send(to: string): Promise<string> }
const Mailer = token<Mailer>('mail.Mailer');
const Sender = token<string>('mail.Sender');

const settings = provideValue(Sender, 'shop@example.com');
const smtp = provide(Mailer, { from: Sender }, ({ from }) => ({ send: async (to) => `${from} -> ${to}` }));

const started = async (...providers: NonNullable<Module['providers']>): Promise<Container> => {
  const container = createContainer({ modules: [{ name: 'test', providers }] });
  await container.start();
  return container;
};

describe('providers', () => {
  test('a factory gets its dependencies by the names it chose', async () => {
    await using container = await started(smtp, settings);
    expect(await container.resolve(Mailer).send('alice')).toBe('shop@example.com -> alice');
  });

  test('a service is a token and its provider in one value', async () => {
    const Greeter = service('greet.Greeter', { from: Sender }, ({ from }) => ({ greet: (name: string) => `${name}, from ${from}` }));
    await using container = await started(Greeter, settings);
    const greeting: string = container.resolve(Greeter).greet('alice');
    expect(greeting).toBe('alice, from shop@example.com');
    expect(Greeter.id).toBe('greet.Greeter');
  });

  test('a service may be created asynchronously and is resolved as what it becomes', async () => {
    const Answer = service('deep.Answer', {}, async () => 42);
    await using container = await started(Answer);
    const answer: number = container.resolve(Answer);
    const same: ValueOf<typeof Answer> = answer;
    expect(same).toBe(42);
  });

  test('a class without decorators gets its parameters by tokens', async () => {
    class PostMailer implements Mailer {
      constructor(readonly from: string, readonly prefix: () => string) {}
      async send(to: string): Promise<string> { return `${this.prefix()}${this.from} -> ${to}`; }
    }
    const Prefix = token<string>('mail.Prefix');
    await using container = await started(
      provideClass(Mailer, PostMailer, { params: [Sender, lazy(Prefix)] }),
      provideValue(Prefix, '* '),
      settings,
    );
    expect(await container.resolve(Mailer).send('bob')).toBe('* shop@example.com -> bob');
    expect(container.resolve(Mailer)).toBe(container.resolve(Mailer));
  });

  test('resolve works detached, wherever the kernel asks for a Resolve', async () => {
    await using container = await started(smtp, settings);
    const resolve: Resolve = container.resolve;
    const scoped: Resolve = container.createScope().resolve;
    expect(resolve(Sender)).toBe('shop@example.com');
    expect(scoped(Sender)).toBe('shop@example.com');
  });
});

// What the compiler promises. None of this runs.
const types = (container: Container): void => {
  provide(Mailer, {}, async () => ({ send: async (to) => to }));
  // @ts-expect-error -- a factory must return what the token stands for
  provide(Sender, {}, () => 42);
  provide(
    Mailer,
    { from: Sender },
    // @ts-expect-error -- and the fault is shown at the factory
    ({ from }) => ({ send: async () => from.length }),
  );
  // @ts-expect-error -- `form` is not among the dependencies
  provide(Mailer, { from: Sender }, ({ form }) => ({ send: async () => form }));
  // @ts-expect-error -- only singletons may be asynchronous
  provide(Sender, {}, async () => 'x', { scope: 'request' });
  // @ts-expect-error -- likewise for services
  service('x.X', {}, async () => 'x', { scope: 'transient' });
  service('x.X', {}, () => 'x', { scope: 'transient' });
  service('x.X', {}, async () => 'x', { dispose: (value) => value.length, start: (value: string) => value });
  provide(Sender, {}, () => 'x', { scope: 'request', dispose: (value) => value.length });
  // @ts-expect-error -- a transient is not disposed of by the container
  provide(Sender, {}, () => 'x', { scope: 'transient', dispose: () => {} });
  // @ts-expect-error -- only singletons start
  provide(Sender, {}, () => 'x', { scope: 'request', start: () => {} });
  // @ts-expect-error -- the wrong value for a token
  provideValue(Sender, 42);
  class NeedsNumber { constructor(readonly size: number) {} }
  // @ts-expect-error -- the wrong token for a parameter
  provideClass(NeedsNumber, { params: [Sender] });
  // @ts-expect-error -- a class that is not what the token stands for
  provideClass(Mailer, NeedsNumber);
  // @ts-expect-error -- a mailer is not a string
  const wrong: string = container.resolve(Mailer);
  const size: number = container.resolve(NeedsNumber).size;
  const later: Token<() => string> = lazy(Sender);
  provide(Sender, { other: lazy(Sender) }, ({ other }) => other());
  // A module with further fields needs no annotation.
  createContainer({ modules: [{ name: 'a', providers: [smtp] }] });
  void [wrong, size, later];
};
void types;
