/**
 * Writes an ECDSA signature as OpenSSL takes it: two integers in DER instead of two numbers of fixed length side by side
 * (RFC 7518 section 3.4). node:crypto does that too when it is told `dsaEncoding`, at two fifths of the cost of the whole check.
 */
export function ecdsaToDer(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  const numbers = [...derInteger(signature.subarray(0, half)), ...derInteger(signature.subarray(half))];
  return Uint8Array.from([0x30, ...(numbers.length > 0x7f ? [0x81] : []), numbers.length, ...numbers]);
}

/** The shortest form: no zeros in front, but for one where the first bit would make the number negative. */
function derInteger(bytes: Uint8Array): readonly number[] {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  return digits[0]! > 0x7f ? [0x02, digits.length + 1, 0, ...digits] : [0x02, digits.length, ...digits];
}
