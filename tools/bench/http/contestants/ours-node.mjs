import { nodeServer } from '@org/enterprise-http/node';
import { dispatcher } from '../ours.mjs';

export const { server } = nodeServer(dispatcher);
