import { copyFinite } from "@hml/guard";

/** A checked copy of grid nodes: finite and strictly increasing, at least `least` of them. */
export function increasing(where: string, name: string, nodes: ArrayLike<number>, least: number): Float64Array {
  const x = copyFinite(where, name, nodes);
  if (x.length < least) throw new RangeError(`${where}: ${name} must hold at least ${least} nodes, got ${x.length}`);
  for (let i = 1; i < x.length; i++) {
    if (!(x[i]! > x[i - 1]!)) {
      throw new RangeError(
        `${where}: ${name} must increase strictly, got ${name}[${i - 1}] = ${x[i - 1]} and ${name}[${i}] = ${x[i]}`,
      );
    }
  }
  return x;
}

/**
 * The spacing of a uniform grid, or undefined when some node is off by more than 1e-9 spacings (rounding of a computed
 * grid of n nodes stays below n * 2^-52, that is 1e-12 for thousands of nodes).
 */
export function uniformSpacing(x: Float64Array): number | undefined {
  const last = x.length - 1;
  const h = (x[last]! - x[0]!) / last;
  for (let i = 1; i < last; i++) {
    if (!(Math.abs(x[i]! - (x[0]! + i * h)) <= 1e-9 * h)) return undefined;
  }
  return h;
}
