import { checkOptions, integer, oneOf, show } from "@hml/guard";
import type { FieldOperator } from "./features.ts";
import { checkPeriodicGrid, type PeriodicGrid } from "./periodic-grid.ts";
import type { Vec } from "./rhs.ts";
import { stencilWeights } from "./stencil.ts";

/** Order of accuracy of a derivative on a periodic grid: the trigonometric interpolant, or central differences. */
export type PeriodicOrder = "spectral" | 2 | 4 | 6;

/** Options of `periodicDerivative`. */
export interface PeriodicDerivativeOptions {
  /** Order of accuracy, default "spectral". */
  readonly order?: PeriodicOrder;
}

/** A mixed derivative of a field on a periodic grid. */
export interface PeriodicDerivative extends FieldOperator {
  /** The grid. */
  readonly grid: PeriodicGrid;
  /** How often it differentiates along each axis. */
  readonly times: readonly number[];
  /** Order of accuracy. */
  readonly order: PeriodicOrder;
}

/**
 * The derivative d^(a + b) u / dx^a dy^b, `times` = [a, b] (or [a], or [a, b, c]), of fields on a periodic grid as a
 * linear operator: one axis after the other, along each a sum
 *
 * (D u)_i = sum_(s = 1..m) w_s (u_(i+s) - u_(i-s)) for odd times, w_s (u_(i+s) - 2 u_i + u_(i-s)) for even ones,
 *
 * so a constant has derivative exactly 0 and the sum of a derivative over the grid is zero to rounding.
 *
 * "spectral": the derivative of the trigonometric interpolant, which takes m = n/2 terms a point; for the grids of some
 * tens of points that coarse models have, this is as fast as a Fourier transform and has no restriction on n. Exact to
 * rounding for fields of fewer than n/2 waves an axis. The highest wave of an even n, cos(pi i), has no odd derivative on
 * the grid and gives zero; even derivatives multiply it by (-1)^(a/2) (pi n / L)^a. Source: Trefethen, Spectral Methods
 * in MATLAB, SIAM 2000, chapter 3.
 *
 * 2, 4, 6: central differences of that order, each by the narrowest stencil; mixed derivatives are their products.
 *
 * Throws a RangeError for a grid narrower than the stencil, a TypeError for unknown options.
 */
export function periodicDerivative(
  grid: PeriodicGrid,
  times: readonly number[],
  options: PeriodicDerivativeOptions = {},
): PeriodicDerivative {
  const where = "periodicDerivative";
  checkOptions(where, options, ["order"]);
  const order = oneOf(where, "order", options.order ?? "spectral", ["spectral", 2, 4, 6]);
  const checked = checkPeriodicGrid(where, grid);
  const { points, period } = checked;
  if (!Array.isArray(times) || times.length !== points.length) {
    throw new TypeError(
      `${where}: times must be an array of ${points.length} numbers, one an axis, got ${show(times)}`,
    );
  }
  const orders = Array.from(times, (m, axis) => integer(where, `times[${axis}]`, m, 0, 6));
  const size = points.reduce((a, b) => a * b, 1);
  let stride = 1;
  const passes: AxisPass[] = [];
  for (const [axis, n] of points.entries()) {
    const m = orders[axis]!;
    if (m > 0) {
      const length = period[axis]!;
      const weights = order === "spectral" ? spectralWeights(n, length, m) : centralWeights(n, length / n, m, order);
      passes.push(axisPass(size, n, stride, m % 2 === 1, weights));
    }
    stride *= n;
  }
  const first = new Float64Array(passes.length > 1 ? size : 0);
  const second = new Float64Array(passes.length > 2 ? size : 0);
  return {
    grid: checked,
    times: orders,
    order,
    size,
    apply(u, out) {
      if (u.length !== size || out.length !== size) {
        throw new RangeError(`${where}: u and out must have length ${size}, got ${u.length} and ${out.length}`);
      }
      if (passes.length === 0) {
        out.set(u);
        return;
      }
      const last = passes.length - 1;
      let from = u;
      for (let k = 0; k < last; k++) {
        const to = k === 0 ? first : second;
        passes[k]!(from, to);
        from = to;
      }
      passes[last]!(from, out);
    },
  };
}

/** One axis of a derivative: `out` must not be `u`. */
type AxisPass = (u: Vec, out: Vec) => void;

/** Applies symmetric (even) or antisymmetric (odd) weights of distances 1, 2, ... along lines of n points. */
function axisPass(size: number, n: number, stride: number, odd: boolean, weights: Vec): AxisPass {
  const reach = weights.length;
  // A line with its images on both sides, so that no index wraps in the inner loop.
  const line = new Float64Array(n + 2 * reach);
  return (u, out) => {
    for (let block = 0; block < size; block += n * stride) {
      for (let start = block; start < block + stride; start++) {
        for (let i = 0; i < n; i++) line[reach + i] = u[start + i * stride]!;
        for (let s = 0; s < reach; s++) {
          line[s] = line[s + n]!;
          line[reach + n + s] = line[reach + s]!;
        }
        for (let i = 0; i < n; i++) {
          const at = reach + i;
          const centre = line[at]!;
          let sum = 0;
          if (odd) {
            for (let s = 1; s <= reach; s++) sum += weights[s - 1]! * (line[at + s]! - line[at - s]!);
          } else {
            for (let s = 1; s <= reach; s++) {
              sum += weights[s - 1]! * (line[at + s]! - centre + (line[at - s]! - centre));
            }
          }
          out[start + i * stride] = sum;
        }
      }
    }
  };
}

/**
 * w_s = (2 / n) sum_k (2 pi k / L)^m wave(2 pi k s / n), wave being (-1)^(m/2) cos for even m and (-1)^((m-1)/2) sin
 * for odd m; the highest wave of an even n counts half for even m and not at all for odd m. The distance n/2 of an even
 * n is met on both sides and has half the weight. Angles are reduced as integers, so a large k s costs no digits.
 */
function spectralWeights(n: number, length: number, m: number): Vec {
  const odd = m % 2 === 1;
  const sign = Math.floor(m / 2) % 2 === 0 ? 1 : -1;
  const wave = Float64Array.from({ length: n }, (_, q) => {
    const angle = (2 * Math.PI * q) / n;
    return odd ? Math.sin(angle) : Math.cos(angle);
  });
  const weights = new Float64Array(Math.floor(n / 2));
  for (let s = 1; s <= weights.length; s++) {
    let sum = 0;
    for (let k = 1; 2 * k <= n; k++) {
      const highest = 2 * k === n;
      if (highest && odd) continue;
      let strength = highest ? 0.5 : 1;
      for (let power = 0; power < m; power++) strength *= (2 * Math.PI * k) / length;
      sum += strength * wave[(k * s) % n]!;
    }
    weights[s - 1] = (sign * 2 * sum * (2 * s === n ? 0.5 : 1)) / n;
  }
  // The antisymmetric weight of the distance that is its own opposite is zero; the sum leaves rounding.
  if (odd && n % 2 === 0) weights[n / 2 - 1] = 0;
  return weights;
}

/** Weights of the distances 1, 2, ... of a central difference, made antisymmetric or symmetric to the bit. */
function centralWeights(n: number, spacing: number, m: number, order: 2 | 4 | 6): Vec {
  const reach = Math.floor((m + 1) / 2) + order / 2 - 1;
  if (n < 2 * reach + 1) {
    throw new RangeError(
      `periodicDerivative: points must be at least ${2 * reach + 1} along an axis for derivative ${m} of order ${order}, got ${n}`,
    );
  }
  const nodes = Array.from({ length: 2 * reach + 1 }, (_, k) => k - reach);
  const weights = stencilWeights(nodes, 0, m);
  let unit = 1;
  for (let k = 0; k < m; k++) unit *= spacing;
  return Float64Array.from({ length: reach }, (_, k) => weights[reach + 1 + k]! / unit);
}
