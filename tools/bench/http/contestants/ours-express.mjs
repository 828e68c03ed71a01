import { expressServer } from '@org/enterprise-http/express';
import { dispatcher } from '../ours.mjs';

export const { server } = expressServer(dispatcher);
