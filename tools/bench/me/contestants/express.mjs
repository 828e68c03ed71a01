import { once } from 'node:events';
import express from 'express';
import { createSecretKey } from 'node:crypto';
import { importSPKI, jwtVerify } from 'jose';
import { useFeatures } from '../../database/express-features.mjs';
import { algorithm, claims, findUser, refused, success, verificationKey } from '../account.mjs';

const key = algorithm === 'HS256' ? createSecretKey(Buffer.from(verificationKey)) : await importSPKI(verificationKey, algorithm);
const rules = { ...claims, algorithms: [algorithm], typ: 'at+jwt' };
const app = express();
app.disable('x-powered-by');
useFeatures(app);
app.use(async (request, response, next) => {
  const [scheme, token] = (request.get('authorization') ?? '').split(' ');
  if (scheme !== 'Bearer') return response.status(401).json(refused);
  try {
    ({ payload: request.user } = await jwtVerify(token, key, rules));
  } catch {
    return response.status(401).json(refused);
  }
  return next();
});
app.get('/api/v2/me', async (request, response) => {
  const data = await findUser(request.user.sub);
  return data ? response.set('ETag', `"v2-${data.version}"`).json(success(data)) : response.status(404).json(refused);
});

export async function start() {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}
