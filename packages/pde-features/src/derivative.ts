import { checkOptions, integer, oneOf } from "@hml/guard";
import { finiteDifference } from "./finite-difference.ts";
import { increasing } from "./grid.ts";
import type { Vec } from "./rhs.ts";
import { sineSpectral } from "./sine-spectral.ts";

/** A linear map of values on a grid to a derivative on the same grid. */
export interface DerivativeOperator {
  /** Number of grid points. */
  readonly size: number;
  /** How often it differentiates. */
  readonly times: number;
  /** Order of accuracy. */
  readonly order: DerivativeOrder;
  /** Writes the derivative of `u` into `out`, which must not be `u`. Allocates nothing; not re-entrant: one per worker. */
  apply(u: Vec, out: Vec): void;
  /** The same map as a dense matrix, row-major `[size, size]`. */
  toMatrix(): Vec;
}

/** Order of accuracy of a derivative: finite differences of order 2, 4 or 6, or a discrete sine series. */
export type DerivativeOrder = 2 | 4 | 6 | "sine-spectral";

/**
 * What is assumed beyond the ends of the grid. "periodic": the grid repeats (the last node is one spacing before the
 * first one's image). "one-sided": nothing, stencils lean inwards. "odd": u(end - s) = 2 u(end) - u(end + s), right
 * where u_xx vanishes at ends of fixed value, as for diffusion after its first moments.
 */
export type Ends = "periodic" | "one-sided" | "odd";

/** Options of `derivative`. */
export interface DerivativeOptions {
  /** Order of accuracy, default 2. */
  readonly order?: DerivativeOrder;
  /** Treatment of the ends, default "one-sided"; "sine-spectral" knows only "odd", which is then the default. */
  readonly ends?: Ends;
  /** Length of the period when `ends` is "periodic"; default: size * spacing on a uniform grid, required on others. */
  readonly period?: number;
}

/**
 * The `times`-th derivative on the 1D grid `x` (strictly increasing, uniform or not) as a linear operator.
 *
 * Finite differences use Fornberg weights: inside, the narrowest symmetric stencil of the order, that is `order` + m
 * points for odd m = `times` and `order` + m - 1 for even m; at one-sided ends the `order` + m nearest points. On a
 * non-uniform grid even derivatives keep the full order only where the spacing varies smoothly (neighbours differ by
 * O(h^2)), else they lose one. A constant has derivative exactly 0. `times` = 0 is the identity.
 *
 * "sine-spectral" (uniform grid): subtract the straight line between the two end values, expand the rest in
 * sum_k b_k sin(k pi (x - x_0) / L), differentiate term by term. Even derivatives vanish at the two ends exactly (the
 * fixed-value heat equation); odd ones take there the value of the differentiated series. It costs size^2 operations an
 * application.
 *
 * Good starting values: `derivative(x, 2, { order: 4, ends: "periodic" })`.
 *
 * Throws a RangeError for nodes that do not increase (with the index), too few nodes, or "sine-spectral" on a grid that
 * is not uniform; a TypeError for unknown options.
 */
export function derivative(x: ArrayLike<number>, times: number, options: DerivativeOptions = {}): DerivativeOperator {
  checkOptions("derivative", options, ["order", "ends", "period"]);
  integer("derivative", "times", times, 0, 6);
  const order = oneOf("derivative", "order", options.order ?? 2, [2, 4, 6, "sine-spectral"]);
  const spectral = order === "sine-spectral";
  const ends = oneOf("derivative", "ends", options.ends ?? (spectral ? "odd" : "one-sided"), [
    "periodic",
    "one-sided",
    "odd",
  ]);
  if (options.period !== undefined && ends !== "periodic") {
    throw new RangeError(`derivative: period must be left out unless ends is "periodic", got ${ends} ends`);
  }
  const nodes = increasing("derivative", "x", x, 2);
  if (times === 0) return identity(nodes.length, order);
  if (spectral) {
    if (ends !== "odd") throw new RangeError(`derivative: ends must be "odd" for order "sine-spectral", got "${ends}"`);
    return sineSpectral(nodes, times);
  }
  return finiteDifference(nodes, times, order, ends, options.period);
}

function identity(size: number, order: DerivativeOrder): DerivativeOperator {
  return {
    size,
    times: 0,
    order,
    apply(u, out) {
      out.set(u);
    },
    toMatrix() {
      const matrix = new Float64Array(size * size);
      for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
      return matrix;
    },
  };
}
