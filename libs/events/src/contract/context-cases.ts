import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { currentContext, runInContext, token, type RequestContext } from '@org/enterprise-kernel';
import { subscribe } from '../subscribe.js';
import { Moved, Opened, type Cases } from './fixture.js';

const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true, state: 'vendor=1' };

export const contextCases: Cases = {
  'a handler runs in a context of its own that continues the one of the event': async (open) => {
    const contexts: (RequestContext | undefined)[] = [];
    const subscriber = subscribe(Opened, { name: 'contract.context', handle: async () => void contexts.push(currentContext()) });
    await using opened = await open({ subscribers: [subscriber] });
    await opened.bus.start();
    const event = Opened({ account: 'a', n: 1 });
    const client = new AbortController();
    await runInContext({ requestId: 'r1', correlationId: 'c1', tenant: 't1', trace, signal: client.signal }, () => opened.run(() => opened.bus.append([event])));
    // That the client has gone is of no concern to those who hear of it later.
    client.abort();
    await opened.bus.idle();
    const [context] = contexts;
    notEqual(context!.requestId, 'r1');
    deepEqual(
      { correlationId: context!.correlationId, causationId: context!.causationId, tenant: context!.tenant, trace: context!.trace, caller: context!.caller },
      { correlationId: 'c1', causationId: event.id, tenant: 't1', trace, caller: undefined },
    );
    equal(context!.signal!.aborted, false);
  },

  'an event that answers another one says so, and belongs to the same request': async (open) => {
    const received: { readonly type: string; readonly correlationId?: string; readonly causationId?: string; readonly tenant?: string; readonly traceparent?: string; readonly tracestate?: string }[] = [];
    const answering = subscribe(Opened, { name: 'contract.answering', handle: ({ payload }) => opened.bus.append([Moved(payload)]) });
    const reading = subscribe([Opened, Moved], { name: 'contract.reading', handle: async (event) => void received.push(event) });
    await using opened = await open({ subscribers: [answering, reading] });
    await opened.bus.start();
    const event = Opened({ account: 'a', n: 1 });
    await runInContext({ requestId: 'r2', tenant: 't2', trace }, () => opened.run(() => opened.bus.append([event])));
    await opened.bus.idle();
    const [cause, answer] = [Opened.type, Moved.type].map((type) => received.find((each) => each.type === type)!);
    equal(cause!.causationId, undefined);
    equal(answer!.causationId, event.id);
    for (const each of [cause, answer]) {
      deepEqual([each!.correlationId, each!.tenant, each!.traceparent, each!.tracestate], ['r2', 't2', `00-${trace.traceId}-${trace.spanId}-01`, 'vendor=1']);
    }
  },

  'outside of any request an event begins one of its own': async (open) => {
    const contexts: (RequestContext | undefined)[] = [];
    const subscriber = subscribe(Opened, { name: 'contract.alone', handle: async () => void contexts.push(currentContext()) });
    await using opened = await open({ subscribers: [subscriber] });
    await opened.bus.start();
    const event = Opened({ account: 'a', n: 1 });
    await opened.run(() => opened.bus.append([event]));
    await opened.bus.idle();
    equal(contexts[0]!.correlationId, event.id);
    equal(contexts[0]!.tenant, undefined);
    equal(contexts[0]!.trace, undefined);
  },

  'a handler gets what it asks for': async (open) => {
    const Greeting = token<string>('contract.Greeting');
    const said: string[] = [];
    const subscriber = subscribe(Opened, { name: 'contract.deps', deps: { greeting: Greeting }, handle: async ({ payload }, { greeting }) => void said.push(`${greeting} ${payload.account}`) });
    await using opened = await open({ subscribers: [subscriber], resolve: <V>({ id }: { readonly id: string }) => `resolved ${id}` as V });
    await opened.bus.start();
    await opened.run(() => opened.bus.append([Opened({ account: 'a', n: 1 })]));
    await opened.bus.idle();
    deepEqual(said, ['resolved contract.Greeting a']);
  },
};
