import { startOurs } from '../../database/ours.mjs';

export const start = () => startOurs('express', { proof: true });
