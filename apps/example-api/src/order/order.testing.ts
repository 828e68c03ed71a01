import { send, type Answer } from '../http.testing.js';
import { actAs, type TestApi } from '../testing.js';

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
