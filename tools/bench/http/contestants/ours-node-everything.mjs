import { nodeServer } from '@org/enterprise-http/node';
import { benchDispatcher } from '../ours.mjs';

export const { server } = nodeServer(benchDispatcher(true));
