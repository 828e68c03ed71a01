import type { ServerResponse } from 'node:http';
import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import type { Dispatcher } from '../dispatcher.js';
import { mergeHead } from './merge-head.js';
import { NodeRequest } from './node-request.js';
import { originForm } from './request-target.js';
import { sendAnswer } from './send-answer.js';

/**
 * Makes a Fastify 5 plugin that answers a dispatcher's addresses in an existing app: `app.register(fastifyContracts(dispatcher))`.
 *
 * It is an `onRequest` hook for the whole app: hooks registered before it run first, and the headers they set are kept;
 * `onResponse` hooks run after. Fastify's parsers, validation and `onSend` hooks do not take part in the dispatcher's answers.
 * Requests for other addresses pass untouched, with their bodies unread.
 */
export function fastifyContracts(dispatcher: Dispatcher): FastifyPluginCallback {
  const plugin: FastifyPluginCallback = (app, _options, done) => {
    app.addHook('onRequest', (request, reply, next) => {
      const { raw: message } = request;
      const response = reply.raw;
      const answer = dispatcher.offer(new FastifyHostRequest(request, response));
      if (!answer) return next();
      reply.hijack();
      void answer.then((ready) => {
        for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) response.setHeader(name, value);
        sendAnswer(message, response, ready, mergeHead);
      });
    });
    done();
  };
  // What the fastify-plugin package does: without it, the hook would be for the plugin's own routes, of which there are none.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'enterprise-contracts',
    [Symbol.for('plugin-meta')]: { name: 'enterprise-contracts', fastify: '5.x' },
  });
}

class FastifyHostRequest extends NodeRequest {
  constructor(private readonly fastify: FastifyRequest, response: ServerResponse) {
    super(fastify.raw, response, originForm(fastify.raw.url!));
  }

  /** Behind proxies that Fastify's `trustProxy` names, the client's. */
  override get remoteAddress(): string { return this.fastify.ip; }
}
