import { startOurs } from '../ours.mjs';

export const start = () => startOurs('node', { deliver: false });
