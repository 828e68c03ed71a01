import { startOurs } from '../../database/ours.mjs';

export const start = () => startOurs('node', { proof: true });
