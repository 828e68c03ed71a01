import { expressServer } from '@org/enterprise-http/express';
import { benchDispatcher } from '../ours.mjs';

export const { server } = expressServer(benchDispatcher());
