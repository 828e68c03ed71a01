import { once } from 'node:events';
import express from 'express';
import { etagOf, isId, missing, outOfStock, readList, refused, success } from '../catalogue.mjs';
import { OutOfStock, readItems } from '../orders.mjs';
import { drizzleCatalogue } from '../drizzle.mjs';
import { useFeatures } from '../express-features.mjs';

const catalogue = drizzleCatalogue();
const app = express();
app.disable('x-powered-by');
useFeatures(app);
app.use(express.json());
app.get('/api/v2/products/:id', async (request, response) => {
  if (!isId(request.params.id)) return response.status(400).json(refused);
  const data = await catalogue.find(request.params.id);
  return data ? response.set('ETag', etagOf(data)).json(success(data)) : response.status(404).json(missing);
});
app.get('/api/v2/products', async (request, response) => {
  const question = readList(request.query);
  return question ? response.json(success(await catalogue.list(question))) : response.status(400).json(refused);
});

app.post('/api/v2/orders', async (request, response) => {
  const items = readItems(request.body);
  if (!items) return response.status(400).json(refused);
  try {
    const data = await catalogue.place(request.get('x-user'), items);
    return response.status(201).set('ETag', etagOf(data)).location(`/api/v2/orders/${data.id}`).json(success(data));
  } catch (error) {
    if (error instanceof OutOfStock) return response.status(409).json(outOfStock);
    throw error;
  }
});

export async function start() {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}
