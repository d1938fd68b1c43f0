import { integer } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import type { PatchGrid } from "./patch-grid.ts";

/** Values at X_I + displacement of all patches I, from one value per patch. */
export interface Interpolation {
  /** Source patches per value. */
  readonly width: number;
  /** First source patch of each patch; counts on modulo the number of patches. */
  readonly first: Int32Array;
  /** Weights `[patch, width]`, or one row that serves every patch of a periodic axis. */
  readonly rows: Vec;
}

/**
 * Interpolation of macroscale order `order` along one axis, from values at X_J to X_I + displacement.
 *
 * Periodic, order p: the polynomial through patches I - p/2 ... I + p/2. Spectral: the trigonometric polynomial through all
 * patches, the zigzag mode of an even number taken as a cosine. Between walls: the polynomial through the p + 1 nearest
 * patches, one-sided near a wall; spectral means all patches (degree N - 1).
 */
export function interpolation(
  grid: PatchGrid,
  axis: number,
  order: number | "spectral",
  displacement: number,
): Interpolation {
  const patches = grid.patches[axis]!;
  if (grid.periodic[axis]!) {
    const r = displacement / grid.distance[axis]!;
    const before = order === "spectral" ? Math.floor(patches / 2) : order / 2;
    const width = order === "spectral" ? patches : order + 1;
    const offsets = Array.from({ length: width }, (_, j) => j - before);
    const rows = order === "spectral" ? trigonometricWeights(offsets, r, patches) : lagrangeWeights(offsets, r);
    return { width, first: Int32Array.from({ length: patches }, (_, i) => (i + patches - before) % patches), rows };
  }
  const degree = order === "spectral" ? patches - 1 : order;
  const width = degree + 1;
  const first = Int32Array.from({ length: patches }, (_, i) =>
    Math.max(0, Math.min(i, patches - 1 - Math.ceil(degree / 2)) - Math.floor(degree / 2)),
  );
  const centres = grid.centres[axis]!;
  const rows = new Float64Array(patches * width);
  for (let i = 0; i < patches; i++) {
    const nodes = centres.subarray(first[i]!, first[i]! + width);
    rows.set(lagrangeWeights(nodes, centres[i]! + displacement), i * width);
  }
  return { width, first, rows };
}

/** Refuses an order that the number of patches of some axis cannot carry, saying how many would do. */
export function checkOrder(where: string, grid: PatchGrid, order: number | "spectral"): void {
  if (order === "spectral") return;
  grid.patches.forEach((patches, axis) => {
    integer(where, `patches[${axis}] (order ${order} interpolates through ${order + 1})`, patches, order + 1);
  });
}

/** Weights of the polynomial through values at `nodes`, evaluated at `x`: prod_(m != j) (x - x_m) / (x_j - x_m). */
export function lagrangeWeights(nodes: ArrayLike<number>, x: number): Float64Array {
  return Float64Array.from({ length: nodes.length }, (_, j) => {
    let weight = 1;
    for (let m = 0; m < nodes.length; m++) if (m !== j) weight *= (x - nodes[m]!) / (nodes[j]! - nodes[m]!);
    return weight;
  });
}

/**
 * Weights of the trigonometric polynomial of period `count` through values at the integers `offsets`, evaluated at `x`:
 *
 *   (1 + 2 sum_(1 <= k < count/2) cos(2 pi k (x - j) / count) + [count even] cos(pi x) cos(pi j)) / count.
 */
export function trigonometricWeights(offsets: readonly number[], x: number, count: number): Float64Array {
  return Float64Array.from(offsets, (j) => {
    let sum = count % 2 === 0 ? Math.cos(Math.PI * x) * (j % 2 === 0 ? 1 : -1) : 0;
    for (let k = Math.ceil(count / 2) - 1; k >= 1; k--) sum += 2 * Math.cos((2 * Math.PI * k * (x - j)) / count);
    return (1 + sum) / count;
  });
}
