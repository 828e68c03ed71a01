import { anonymous, currentContext, defineError, extendContext, Forbidden, runInContext, typedDetails, type Caller } from '@org/enterprise-kernel';
import { PolicyNotChecked } from '../errors.js';
import { permissionSet } from './permission-set.js';
import { policy } from './policy.js';
import { matching, own, permission } from './rules.js';

interface Order { readonly id: string; readonly customerId: string; readonly tenant: string; readonly open: boolean }
const OrderNotFound = defineError('ORDER_NOT_FOUND', { kind: 'missing', title: 'There is no such order.', details: typedDetails<{ readonly id: string }>() });
const Gone = defineError('GONE', { kind: 'missing', title: 'Gone.' });

const readOrder = policy('orders.read', { allow: { owner: own('customerId'), staff: permission('orders:read') }, missing: OrderNotFound });
const payOrder = policy('orders.pay', { allow: { owner: own('customerId'), staff: permission('orders:pay') }, knownTo: readOrder });
const editOrder = policy('orders.edit', { allow: { whileOpen: (caller, order: Order) => order.open && order.customerId === caller.id, staff: permission('orders:write') } });
const report = policy('reports.run', { allow: { staff: permission('reports:run') } });

const order: Order = { id: 'o1', customerId: 'ada', tenant: 't1', open: true };
const user = (id: string, ...permissions: string[]): Caller => ({ id, kind: 'user', roles: [], permissions: permissionSet(permissions) });
const ada = user('ada');
const bob = user('bob');
const staff = user('eve', 'orders:read');
const thrown = (task: () => unknown): any => { try { task(); } catch (error) { return error; } throw new Error('Nothing was thrown.'); };

describe('a check', () => {
  test('returns the resource to its owner, and to anyone with the permission', () => {
    for (const caller of [ada, staff, user('x', 'orders:*'), user('x', '*')]) expect(readOrder.check(caller, order, { id: 'o1' })).toBe(order);
  });

  test('makes a hidden order and one that does not exist the same error', () => {
    const [hidden, none] = [order, undefined].map((found) => thrown(() => readOrder.check(bob, found, { id: 'o1' })));
    expect(OrderNotFound.is(hidden)).toBe(true);
    expect(hidden.toJSON()).toEqual(none.toJSON());
    expect(hidden.toJSON()).toMatchObject({ code: 'ORDER_NOT_FOUND', details: { id: 'o1' } });
  });

  test('is FORBIDDEN, with what would help, to whom the resource is known', () => {
    expect(thrown(() => payOrder.check(staff, order, { id: 'o1' })).toJSON()).toMatchObject({ code: 'FORBIDDEN', details: { policy: 'orders.pay', permission: 'orders:pay' } });
    expect(OrderNotFound.is(thrown(() => payOrder.check(bob, order, { id: 'o1' })))).toBe(true);
    expect(OrderNotFound.is(thrown(() => payOrder.check(staff, undefined, { id: 'o1' })))).toBe(true);
    expect(payOrder.check(user('x', 'orders:pay'), order, { id: 'o1' })).toBe(order);
  });

  test('is FORBIDDEN where nothing is hidden', () => {
    expect(Forbidden.is(thrown(() => editOrder.check(bob, order)))).toBe(true);
    expect(Forbidden.is(thrown(() => editOrder.check(ada, { ...order, open: false })))).toBe(true);
    expect(editOrder.check(ada, order)).toBe(order);
  });

  test('allows anonymous callers nothing, whatever they are called and whatever they hold', () => {
    const own = { ...order, customerId: anonymous.id };
    const odd: Caller = { ...anonymous, permissions: permissionSet(['*']) };
    for (const caller of [anonymous, odd]) {
      expect(thrown(() => readOrder.check(caller, own, { id: 'o1' })).code).toBe('UNAUTHENTICATED');
      expect([readOrder.allows(caller, own), readOrder.scope(caller), readOrder.reach(caller)]).toEqual([false, 'none', 'denied']);
    }
  });

  test('a function that answers anything but true denies', () => {
    for (const answer of [Promise.resolve(true), 1, 'yes', undefined]) {
      expect(policy('odd', { allow: { odd: (() => answer) as never } }).allows(ada, order as never)).toBe(false);
    }
  });

  test('a missing error without details needs none', () => {
    const hidden = policy('x.read', { allow: { owner: own('customerId') }, missing: Gone });
    expect(thrown(() => hidden.check(bob, order)).code).toBe('GONE');
  });
});

describe('the scope of a list', () => {
  test('is everything, the rows with these values, or nothing', () => {
    expect(readOrder.scope(staff)).toBe('all');
    expect(readOrder.scope(ada)).toEqual({ customerId: 'ada' });
    expect(report.scope(ada)).toBe('none');
  });

  test('has exactly the rows that the check allows', () => {
    const tenants = policy('orders.tenant', { allow: { tenant: matching((caller) => ({ tenant: caller.tenant, open: true }), { description: 'of the same tenant', needs: 'orders:tenant' }), staff: permission('orders:read') } });
    const rows: Order[] = ['ada', 'bob', ''].flatMap((customerId) => ['t1', 't2', ''].flatMap((tenant) => [true, false].map((open) => ({ id: 'x', customerId, tenant, open }))));
    const callers: Caller[] = [ada, bob, staff, anonymous, user('', 'orders:tenant'), ...['t1', 't2', ''].map((tenant) => ({ ...user('ada', 'orders:tenant'), tenant })), { ...ada, tenant: 't1' }];
    let narrowed = 0;
    for (const subject of [readOrder, tenants]) {
      for (const caller of callers) {
        const scope: string | Record<string, unknown> = subject.scope(caller);
        const listed = rows.filter((row) => scope === 'all' || (typeof scope === 'object' && Object.entries(scope).every(([field, value]) => row[field as keyof Order] === value)));
        expect(listed).toEqual(rows.filter((row) => subject.allows(caller, row)));
        if (listed.length > 0 && listed.length < rows.length) narrowed++;
      }
    }
    expect(narrowed).toBeGreaterThan(5);
  });

  test('a value that the caller lacks matches no row, not those that lack it too', () => {
    const tenants = policy('t', { allow: { tenant: matching((caller) => ({ tenant: caller.tenant }), { description: 'of the same tenant' }) } });
    expect(tenants.scope(ada)).toBe('none');
    expect(tenants.allows(ada, { tenant: undefined })).toBe(false);
    expect(tenants.reach(ada)).toBe('denied');
  });

  test('a rule that compares nothing is a fault, not a rule that allows everything', () => {
    const open = policy('t', { allow: { all: matching(() => ({}), { description: 'oops' }) } });
    expect(() => open.allows(ada, {})).toThrow('match everything');
  });

  test('cannot be had of a function, nor of two rules at once', () => {
    expect(() => (editOrder.scope as unknown as (caller: Caller) => unknown)(ada)).toThrow('whileOpen');
    const either = policy('e', { allow: { buyer: own('customerId'), tenant: matching(() => ({ tenant: 't1' }), { description: 'x' }) } });
    expect(() => either.scope(ada)).toThrow('Several rules');
  });
});

test('a rule can ask for a permission besides, so that a key with scopes does no more than they say', () => {
  const scoped = policy('orders.mine', { allow: { owner: own('customerId', { needs: 'orders:own' }) } });
  expect([scoped.allows(ada, order), scoped.allows(user('ada', 'orders:own'), order), scoped.allows(user('bob', 'orders:own'), order)]).toEqual([false, true, false]);
  expect([scoped.scope(ada), scoped.reach(ada), scoped.reach(user('ada', 'orders:own'))]).toEqual(['none', 'denied', 'own']);
  expect(() => scoped.admit(ada)).toThrow(Forbidden);
  expect(scoped.permissions).toEqual(['orders:own']);
});

describe('in front of a route, without a resource,', () => {
  test('whoever might be allowed something is admitted', () => {
    for (const caller of [ada, staff]) expect(() => readOrder.admit(caller)).not.toThrow();
    expect(() => report.admit(user('x', 'reports:*'))).not.toThrow();
  });

  test('others are refused', () => {
    expect(thrown(() => readOrder.admit(anonymous)).code).toBe('UNAUTHENTICATED');
    expect(thrown(() => report.admit(ada)).toJSON()).toMatchObject({ code: 'FORBIDDEN', details: { policy: 'reports.run', permission: 'reports:run' } });
  });
});

describe('a handler', () => {
  const within = <T>(task: () => T): T => runInContext({ requestId: 'r' }, task);
  const watched = (handle: () => unknown): unknown => {
    const settle = readOrder.watch!();
    const result = handle();
    if (result instanceof Promise) return result.then((value) => { settle(); return value; });
    settle();
    return result;
  };
  const enforced = (handle: () => unknown): unknown => within(() => watched(handle));

  test('that asks its policy may answer, at once or later, by check, allows or scope', async () => {
    expect(enforced(() => readOrder.check(ada, order, { id: 'o1' }))).toBe(order);
    expect(enforced(() => readOrder.allows(staff, order))).toBe(true);
    expect(enforced(() => readOrder.scope(bob))).toEqual({ customerId: 'bob' });
    await expect(enforced(async () => { await null; return readOrder.check(ada, order, { id: 'o1' }); })).resolves.toBe(order);
  });

  test('that asks in a context of its own below is seen all the same', async () => {
    await expect(enforced(() => extendContext({ tenant: 't' }, async () => { await null; return readOrder.allows(ada, order); }))).resolves.toBe(true);
  });

  test('that does not, may not', async () => {
    const refused = thrown(() => enforced(() => order));
    expect([PolicyNotChecked.is(refused), refused.kind, refused.details]).toEqual([true, 'internal', { policy: 'orders.read' }]);
    await expect(enforced(async () => order)).rejects.toThrow(PolicyNotChecked);
  });

  test('that asks another policy, explains only, looks at a field, or is denied, has not asked', () => {
    expect(() => enforced(() => payOrder.check(ada, order, { id: 'o1' }))).toThrow(PolicyNotChecked);
    expect(() => enforced(() => readOrder.explain(ada, order))).toThrow(PolicyNotChecked);
    expect(() => enforced(() => readOrder.shows(ada, order))).toThrow(PolicyNotChecked);
    expect(() => enforced(() => readOrder.allows(bob, order))).toThrow(PolicyNotChecked);
    expect(() => enforced(() => { try { readOrder.check(bob, order, { id: 'o1' }); } catch { /* swallowed */ } })).toThrow(PolicyNotChecked);
  });

  test('of the next request in the same context starts anew', () => {
    within(() => {
      watched(() => readOrder.scope(ada));
      expect(() => watched(() => order)).toThrow(PolicyNotChecked);
    });
  });

  test('leaves nothing on a context of a request without policies', () => {
    within(() => {
      readOrder.check(ada, order, { id: 'o1' });
      expect(Reflect.ownKeys(currentContext()!)).toEqual(['requestId']);
    });
  });

  test('is not watched where the caller alone decides', () => {
    expect(report.watch).toBeUndefined();
  });

  test('needs a context to be watched in', () => {
    expect(() => readOrder.watch!()).toThrow('needs a request context');
  });
});

describe('an explanation', () => {
  test('says which rule allowed', () => {
    expect(readOrder.explain(user('eve', 'orders:*'), order)).toEqual({
      allowed: true, by: 'staff',
      rules: [
        { rule: 'owner', allowed: false, because: 'customerId is "ada", not "eve"' },
        { rule: 'staff', allowed: true, because: 'the caller has orders:read through orders:*' },
      ],
      text: 'orders.read is allowed to user eve (staff: the caller has orders:read through orders:*).',
    });
  });

  test('says why each rule denied', () => {
    expect(readOrder.explain(bob, order).text).toBe('orders.read is denied to user bob (owner: customerId is "ada", not "bob"; staff: the caller lacks orders:read).');
    expect(editOrder.explain(bob, order)).toMatchObject({ allowed: false, by: undefined, rules: [{ because: 'its function says no' }, {}] });
    expect(readOrder.explain(anonymous, order)).toMatchObject({ allowed: false, text: 'orders.read is denied to an anonymous caller (orders.read: nobody is known).' });
  });

  test('without a resource says what depends on it', () => {
    expect(readOrder.explain(ada)).toMatchObject({ allowed: false, rules: [{ because: 'it depends on customerId' }, { because: 'the caller lacks orders:read' }] });
    expect(readOrder.explain(staff)).toMatchObject({ allowed: true, by: 'staff' });
  });

  test('always agrees with the decision', () => {
    for (const caller of [ada, bob, staff, anonymous]) for (const subject of [readOrder, payOrder, editOrder]) expect(subject.explain(caller, order).allowed).toBe(subject.allows(caller, order));
  });
});

test('a policy says in words and as data what it allows', () => {
  expect(readOrder.description).toBe('Allowed to callers whose id is its `customerId` (owner), or with the permission `orders:read` (staff). Others are answered `ORDER_NOT_FOUND`, as if it did not exist.');
  expect(payOrder.description).toMatch(/Others, unless `orders.read` allows them to know of it, are answered `ORDER_NOT_FOUND`/);
  expect(readOrder.document).toEqual({ policy: 'orders.read', allow: { owner: { match: 'whose id is its `customerId`' }, staff: { permission: 'orders:read' } }, hidden_by: 'ORDER_NOT_FOUND' });
  expect([readOrder.errors, payOrder.errors, editOrder.errors]).toEqual([[OrderNotFound], [OrderNotFound], []]);
});

test('a policy that could allow nobody, or has no name, is refused at once', () => {
  expect(() => policy('x', { allow: {} })).toThrow('has no rule');
  expect(() => policy('two words', { allow: { a: permission('a') } })).toThrow('needs a name');
  expect(() => policy('x', { allow: { a: permission('orders:*') } })).toThrow('not the name of a permission');
  expect(() => own('id', { needs: '*' })).toThrow('not the name of a permission');
});

// What must not compile; never run.
export function refusedByTheCompiler(): void {
  // @ts-expect-error the resource is missing
  editOrder.check(ada);
  // @ts-expect-error it may be undefined, and no missing error was declared
  editOrder.check(ada, undefined as Order | undefined);
  // @ts-expect-error the details of the missing error are missing
  readOrder.check(ada, order);
  // @ts-expect-error it has no customerId
  readOrder.check(ada, { id: 'o1' }, { id: 'o1' });
  // @ts-expect-error no list can be derived from a function
  editOrder.scope(ada);
  // @ts-expect-error the policy that it is known to needs a customerId
  policy('x', { allow: { a: permission('a') }, knownTo: readOrder }).check(ada, { id: 'o1' }, { id: 'o1' });
  const scope = readOrder.scope(ada);
  if (typeof scope === 'object') scope.customerId satisfies string;
  const found: Order = readOrder.check(ada, undefined as Order | undefined, { id: 'o1' });
  void found;
}
