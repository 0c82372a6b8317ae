/** About what a value that is not a string takes as JSON, with its comma. */
const bytesOfPlain = 8;

/**
 * Returns about how many bytes a value has as JSON, without making the JSON. Escapes count as one
 * byte. For values whose nesting is limited.
 */
export function jsonBytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 3;
  if (typeof value !== 'object' || value === null) return bytesOfPlain;
  let bytes = 2;
  if (Array.isArray(value)) for (const one of value) bytes += jsonBytesOf(one);
  else for (const [key, one] of Object.entries(value)) bytes += key.length + 3 + jsonBytesOf(one);
  return bytes;
}
