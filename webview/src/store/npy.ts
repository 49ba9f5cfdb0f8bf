/** Arrays as the bytes of a `.npy` file, version 1.0 of numpy's format. Pure. */

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];

export function npyOf(values: Uint8Array, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const words = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  // The header ends with a line break at a multiple of 64 bytes.
  const length = Math.ceil((MAGIC.length + 2 + words.length + 1) / 64) * 64 - MAGIC.length - 2;
  const header = new TextEncoder().encode(`${words.padEnd(length - 1)}\n`);
  const bytes = new Uint8Array(MAGIC.length + 2 + length + values.length);
  bytes.set(MAGIC);
  bytes.set([length % 256, length >> 8], MAGIC.length);
  bytes.set(header, MAGIC.length + 2);
  bytes.set(values, MAGIC.length + 2 + length);
  return bytes;
}
