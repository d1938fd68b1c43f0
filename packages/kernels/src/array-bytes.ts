/** Bytes that an array of float64 takes in an engine, where every array begins at a multiple of 16. */
export function float64Bytes(length: number): number {
  return 16 * Math.ceil(length / 2);
}
