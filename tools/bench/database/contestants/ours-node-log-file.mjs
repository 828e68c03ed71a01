import { startOurs } from '../ours.mjs';

export const start = () => startOurs('node', { ownLog: true });
