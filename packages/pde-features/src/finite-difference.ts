import { positive } from "@hml/guard";
import type { DerivativeOperator, Ends } from "./derivative.ts";
import { uniformSpacing } from "./grid.ts";
import { stencilWeights } from "./stencil.ts";

/**
 * A finite-difference operator as sparse rows. Row i is sum_j w_ij (u_j - u_i) over j != i, which annihilates constants
 * to the last bit and loses fewer digits than the sum with the diagonal. Called by `derivative` with checked arguments.
 */
export function finiteDifference(
  x: Float64Array,
  times: number,
  order: 2 | 4 | 6,
  ends: Ends,
  period: number | undefined,
): DerivativeOperator {
  const n = x.length;
  const half = Math.floor((times + 1) / 2) + order / 2 - 1;
  const leaning = times + order;
  const least = ends === "one-sided" ? Math.max(leaning, 2 * half + 1) : 2 * half + 1;
  if (n < least) {
    throw new RangeError(
      `derivative: x must hold at least ${least} nodes for derivative ${times} of order ${order} with ${ends} ends, got ${n}`,
    );
  }
  const spacing = uniformSpacing(x);
  const length = ends === "periodic" ? periodOf(x, spacing, period) : 0;
  // Repeating the grid makes it uniform only if the period says so too.
  const uniform = spacing !== undefined && (ends !== "periodic" || Math.abs(length - n * spacing) <= 1e-9 * spacing);

  /** Position of node j, which may lie beyond the ends; in units of the spacing on a uniform grid, so weights are exact. */
  const position = (j: number): number => {
    if (uniform) return j;
    if (j >= 0 && j < n) return x[j]!;
    if (ends === "periodic") return j < 0 ? x[j + n]! - length : x[j - n]! + length;
    return j < 0 ? 2 * x[0]! - x[-j]! : 2 * x[n - 1]! - x[2 * (n - 1) - j]!;
  };
  let unit = 1;
  if (uniform) for (let k = 0; k < times; k++) unit *= spacing;

  const rowStart = new Uint32Array(n + 1);
  const columns: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < n; i++) {
    const row = new Map<number, number>();
    const add = (column: number, weight: number): void => {
      if (column !== i && weight !== 0) row.set(column, (row.get(column) ?? 0) + weight);
    };
    let first = i - half;
    let count = 2 * half + 1;
    if (ends === "one-sided" && (first < 0 || first + count > n)) {
      count = leaning;
      first = Math.min(Math.max(i - half, 0), n - count);
    }
    const nodes = Array.from({ length: count }, (_, k) => position(first + k));
    const w = stencilWeights(nodes, position(i), times);
    // An odd function about an end has vanishing even derivatives there; the stencil says so only up to rounding.
    const vanishes = ends === "odd" && times % 2 === 0 && (i === 0 || i === n - 1);
    for (let k = 0; k < (vanishes ? 0 : count); k++) {
      const j = first + k;
      const weight = w[k]! / unit;
      if (j >= 0 && j < n) add(j, weight);
      else if (ends === "periodic") add(j < 0 ? j + n : j - n, weight);
      else {
        const end = j < 0 ? 0 : n - 1;
        add(end, 2 * weight);
        add(2 * end - j, -weight);
      }
    }
    for (const [column, weight] of row) {
      columns.push(column);
      weights.push(weight);
    }
    rowStart[i + 1] = columns.length;
  }
  const column = Uint32Array.from(columns);
  const weight = Float64Array.from(weights);

  return {
    size: n,
    times,
    order,
    apply(u, out) {
      for (let i = 0; i < n; i++) {
        const centre = u[i]!;
        const end = rowStart[i + 1]!;
        let sum = 0;
        for (let k = rowStart[i]!; k < end; k++) sum += weight[k]! * (u[column[k]!]! - centre);
        out[i] = sum;
      }
    },
    toMatrix() {
      const matrix = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) {
          matrix[i * n + column[k]!] = weight[k]!;
          matrix[i * n + i] = matrix[i * n + i]! - weight[k]!;
        }
      }
      return matrix;
    },
  };
}

/** The period, checked: beyond the last node, so that the images of the grid do not overlap. */
function periodOf(x: Float64Array, spacing: number | undefined, period: number | undefined): number {
  if (period === undefined) {
    if (spacing === undefined) throw new RangeError("derivative: period must be given on a non-uniform periodic grid");
    return x.length * spacing;
  }
  positive("derivative", "period", period);
  const extent = x[x.length - 1]! - x[0]!;
  if (!(period > extent)) {
    throw new RangeError(
      `derivative: period must exceed the extent ${extent} of x, got ${period}; leave out the image of x[0]`,
    );
  }
  return period;
}
