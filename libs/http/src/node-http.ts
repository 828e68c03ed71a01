/**
 * The module node:http. Importing it by name would also evaluate what it exports of fetch and WebSocket, 50 ms and 14 MB
 * that a server has no use for.
 */
export const { createServer, ServerResponse, STATUS_CODES, validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http');
