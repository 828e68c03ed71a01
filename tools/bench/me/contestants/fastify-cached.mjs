import { startFastify } from '../fastify.mjs';

export const start = () => startFastify({ cache: 10_000 });
