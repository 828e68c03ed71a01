import { actAs, type TestApi } from '../testing.js';

export interface Answer { readonly status: number; readonly headers: Headers; readonly body: any }

/** Sends a request; every header may be given beside the body. */
export async function send(url: string, method = 'GET', { body, ...headers }: { readonly body?: unknown; readonly [header: string]: unknown } = {}): Promise<Answer> {
  const response = await fetch(url, {
    method, headers: { ...(headers as Record<string, string>), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** What tests of orders do again and again. */
export function shop({ url }: TestApi) {
  const at = (path: string): string => `${url}/api/v2${path}`;
  return {
    async product(stock: number, { amount = 690, currency = 'EUR' } = {}): Promise<string> {
      const { body } = await send(at('/products'), 'POST', { ...actAs('clerk', 'products:write'), body: { name: 'Tea', category: 'tea', price: { amount, currency }, stock } });
      return body.data.id as string;
    },
    read: async (product: string): Promise<{ readonly stock: number; readonly version: number }> => (await send(at(`/products/${product}`))).body.data,
    order: (customer: string, ...items: readonly (readonly [product: string, quantity: number])[]): Promise<Answer> =>
      send(at('/orders'), 'POST', { ...actAs(customer), body: { items: items.map(([product_id, quantity]) => ({ product_id, quantity })) } }),
    act: (actor: { readonly authorization: string }, order: string, action: string): Promise<Answer> => send(at(`/orders/${order}/${action}`), 'POST', actor),
  };
}
