import { createServer, type Server } from 'node:http';
import type { Dispatcher } from '../dispatcher.js';
import { NodeRequest, sendAnswer } from './node-request.js';

export function nodeServer(dispatcher: Dispatcher): Server {
  return createServer((message, response) => {
    const request = new NodeRequest(message, response, message.url!);
    void dispatcher.handle(request).then((answer) => sendAnswer(response, answer, request.method));
  });
}
