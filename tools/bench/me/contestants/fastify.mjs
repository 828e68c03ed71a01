import { startFastify } from '../fastify.mjs';

export const start = () => startFastify();
