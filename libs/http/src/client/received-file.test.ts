import { filenameOf } from './received-file.js';

test.each([
  [null, undefined],
  ['inline', undefined],
  ['attachment; filename="a b.csv"', 'a b.csv'],
  ['attachment; filename=a.csv', 'a.csv'],
  ['attachment; filename="a\\"b.csv"', 'a"b.csv'],
  [`attachment; filename="_.csv"; filename*=UTF-8''%E2%82%AC.csv`, '€.csv'],
  [`attachment; filename*=UTF-8''%FF.csv; filename="ok.csv"`, 'ok.csv'],
  ['attachment; filename="../../etc/passwd"', 'passwd'],
  ['attachment; filename="C:\\\\temp\\\\x.exe"', 'x.exe'],
  [`attachment; filename*=UTF-8''..%2F..%2Fx.sh`, 'x.sh'],
  ['attachment; filename=".."', undefined],
  ['attachment; filename="a/"', undefined],
])('Content-Disposition %j names the file %j', (header, name) => {
  expect(filenameOf(header)).toBe(name);
});
