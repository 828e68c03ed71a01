import { contract, implement, ok, route } from '@org/enterprise-http';
import { z } from 'zod';

const ping = route({
  method: 'GET', path: '/ping', summary: 'Answer that the API is there', access: 'public', tags: ['system'],
  returns: ok(z.object({ pong: z.literal(true) })),
});

export const systemContract = contract('system', { ping });

const pong = { pong: true } as const;

export const systemRoutes = implement(systemContract, {}, () => ({ ping: () => pong }));
