import { originForm } from './request-target.js';

test.each([
  ['/api/v1/ping?x=1', '/api/v1/ping?x=1'],
  ['//api/v1/ping', '//api/v1/ping'],
  ['/http://x/y', '/http://x/y'],
  ['http://x/api?a=/b', '/api?a=/b'],
  ['HTTPS://user@x:80/', '/'],
  ['http://x', '/'],
  ['http://x?a=1', '/?a=1'],
  ['*', '*'],
])('of %s only %s is matched', (target, path) => expect(originForm(target)).toBe(path));
