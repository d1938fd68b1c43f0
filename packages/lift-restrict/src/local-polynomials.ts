import { checkOptions, copyFinite, integer, oneOf, positive } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import { closedStencil, type Closure, type Ends, type StencilEntry } from "./macro-stencil.ts";
import { fourierDerivatives, sineDerivatives } from "./trigonometric.ts";
import { windowMoments } from "./window.ts";

/** Order of a polynomial lifting: the degree of the local polynomial, or trigonometric interpolation of all nodes. */
export type LiftingOrder = 2 | 4 | 6 | "spectral";

/** The macroscale grid, its windows and its boxes. */
export interface LocalPolynomialSpec {
  /** Number of macroscale values; with held ends these include both ends. */
  readonly nodes: number;
  /** Distance between nodes. */
  readonly spacing: number;
  /** `"periodic"`: every node has a box. `"held"`: the first and last node are point values with no box. */
  readonly ends: Ends;
  /** How stencils close at held ends, default `"one-sided"`; see `Closure`. */
  readonly closure?: Closure;
  /** Degree of the local polynomials, or `"spectral"` (sine series with held ends, Fourier series when periodic). */
  readonly order: LiftingOrder;
  /** Weights of the average that each node's value is, symmetric, sum 1; their points lie `pointSpacing` apart. */
  readonly window: ArrayLike<number>;
  /** Points of a box, centred on its node; at least the window's. */
  readonly points: number;
  /** Distance between fine points. */
  readonly pointSpacing: number;
}

/** Local polynomials about each node that have the nodes' values as their window averages. */
export interface LocalPolynomials {
  /** Number of boxes: `nodes` when periodic, `nodes - 2` with held ends. */
  readonly boxes: number;
  /** Number of coefficients, degree + 1. */
  readonly terms: number;
  /** The node of box `b`. */
  nodeOf(box: number): number;
  /**
   * Coefficients `[terms]` of u(s) - shift in powers of s / halfWidth about the node of `box`, half-width that of the
   * box. The window average of the polynomial is exactly (to rounding) `values[node] - shift`.
   */
  coefficients(box: number, values: Vec, shift: number, out: Vec): void;
}

/**
 * Reconstructs a smooth field around each macroscale node from the nodes' window averages.
 *
 * With order p (even) the polynomial of degree p about a node is the one whose averages at the p + 1 nearest nodes are
 * the given values; with p = 2 this is U + s D1 U + (s^2 - m2) D2 U / 2, m2 the window's second moment. `"spectral"` is
 * the trigonometric interpolant of all nodes, each mode divided by the window's symbol, expanded about the node to a
 * Taylor remainder below 1e-15 of the highest mode over the box.
 *
 * @throws RangeError / TypeError for a malformed spec, too few nodes, an asymmetric window, or boxes that overlap.
 * Source: Samaey, Kevrekidis, Roose, J. Comput. Phys. 213 (2006) 264, the lifting of section 3; Arbabi et al., JOM 72
 * (2020) 4444, eq. (10).
 */
export function localPolynomials(spec: LocalPolynomialSpec): LocalPolynomials {
  const where = "localPolynomials";
  checkOptions(
    where,
    spec,
    ["nodes", "spacing", "ends", "closure", "order", "window", "points", "pointSpacing"],
    "spec",
  );
  const ends = oneOf(where, "ends", spec.ends, ["periodic", "held"]);
  const closure = oneOf(where, "closure", spec.closure ?? "one-sided", ["one-sided", "odd"]);
  const order = oneOf(where, "order", spec.order, [2, 4, 6, "spectral"]);
  const nodes = integer(where, "nodes", spec.nodes, 3, 1e6);
  const spacing = positive(where, "spacing", spec.spacing);
  const points = integer(where, "points", spec.points, 2);
  const pointSpacing = positive(where, "pointSpacing", spec.pointSpacing);
  const window = copyFinite(where, "window", spec.window);
  checkWindow(where, window, points);
  const halfWidth = ((points - 1) * pointSpacing) / 2;
  if (2 * halfWidth > spacing) {
    throw new RangeError(`${where}: boxes must not overlap, got width ${2 * halfWidth} at node spacing ${spacing}`);
  }

  const scale = halfWidth / spacing;
  const windowSpacing = pointSpacing / spacing;
  const rows =
    order === "spectral"
      ? ends === "held"
        ? sineDerivatives(nodes, window, windowSpacing, scale)
        : fourierDerivatives(nodes, window, windowSpacing, scale)
      : averagedPolynomials(where, nodes, ends, closure, order, window, windowSpacing, scale);
  const terms = rows.terms;
  const moments = windowMoments(window, pointSpacing / halfWidth, terms - 1);
  const first = ends === "held" ? 1 : 0;

  return {
    boxes: rows.stencils.length,
    terms,
    nodeOf: (box) => box + first,
    coefficients(box, values, shift, out) {
      const stencil = rows.stencils[box]!;
      const matrix = rows.matrices[box]!;
      const centre = values[box + first]!;
      // Differences from the box's own value keep constants exact and rounding proportional to the variation.
      let average = 0;
      for (let k = 1; k < terms; k++) {
        let sum = 0;
        for (let j = 0; j < stencil.length; j++)
          sum += matrix[k * stencil.length + j]! * (values[stencil[j]!]! - centre);
        out[k] = sum;
        average += sum * moments[k]!;
      }
      out[0] = centre - shift - average;
    },
  };
}

function checkWindow(where: string, window: Vec, points: number): void {
  const margin = points - window.length;
  if (window.length < 1 || margin < 0 || margin % 2 === 1) {
    throw new RangeError(
      `${where}: window must have at most ${points} weights and leave an even number of points, got ${window.length}`,
    );
  }
  let sum = 0;
  for (let i = 0; i < window.length; i++) {
    sum += window[i]!;
    const mirror = window[window.length - 1 - i]!;
    if (Math.abs(window[i]! - mirror) > 1e-12 * Math.abs(mirror)) {
      throw new RangeError(`${where}: window must be symmetric, got ${window[i]} and ${mirror} at mirror points`);
    }
  }
  if (!(Math.abs(sum - 1) < 1e-9)) throw new RangeError(`${where}: window must sum to 1, got ${sum}`);
}

/** Per box: the nodes it reads and the matrix `[terms, nodes read]` to coefficients in powers of s / halfWidth. */
export interface LocalRows {
  /** Coefficients per box. */
  readonly terms: number;
  /** Nodes read, per box. */
  readonly stencils: readonly Int32Array[];
  /** Matrices, per box. */
  readonly matrices: readonly Vec[];
}

function averagedPolynomials(
  where: string,
  nodes: number,
  ends: Ends,
  closure: Closure,
  degree: number,
  window: Vec,
  windowSpacing: number,
  scale: number,
): LocalRows {
  const needed = ends === "held" && closure === "odd" ? Math.max(3, degree / 2 + 1) : degree + 1;
  if (nodes < needed) {
    throw new RangeError(`${where}: nodes must be at least ${needed} for order ${degree}, got ${nodes}`);
  }
  const terms = degree + 1;
  const moments = windowMoments(window, windowSpacing, degree);
  const stencils: Int32Array[] = [];
  const matrices: Vec[] = [];
  const first = ends === "held" ? 1 : 0;
  for (let node = first; node < nodes - first; node++) {
    const entries = closedStencil(node, degree / 2, nodes, ends, closure);
    const inverse = invertAverages(entries, moments, terms);
    const read = [...new Set(entries.flatMap((entry) => entry.terms.map(([index]) => index)))].toSorted(
      (a, b) => a - b,
    );
    const matrix = new Float64Array(terms * read.length);
    let power = 1;
    for (let k = 0; k < terms; k++) {
      for (const [e, entry] of entries.entries()) {
        for (const [index, weight] of entry.terms) {
          const at = k * read.length + read.indexOf(index);
          matrix[at] = matrix[at]! + power * weight * inverse[k * terms + e]!;
        }
      }
      power *= scale;
    }
    stencils.push(Int32Array.from(read));
    matrices.push(matrix);
  }
  return { terms, stencils, matrices };
}

/**
 * The inverse of A[e][k] = average of s^k over the window at stencil entry e (a point value where the entry says so),
 * lengths in node spacings. Gauss-Jordan with row pivoting: at most 7 rows, condition number about 1e3.
 */
function invertAverages(entries: readonly StencilEntry[], moments: Vec, terms: number): Vec {
  const width = 2 * terms;
  const rows = entries.map((entry, e) => {
    const row = new Float64Array(width);
    for (let k = 0; k < terms; k++)
      row[k] = entry.isPoint ? integerPower(entry.offset, k) : shiftedMoment(entry.offset, k, moments);
    row[terms + e] = 1;
    return row;
  });
  for (let k = 0; k < terms; k++) {
    let best = k;
    for (let r = k + 1; r < terms; r++) if (Math.abs(rows[r]![k]!) > Math.abs(rows[best]![k]!)) best = r;
    [rows[k], rows[best]] = [rows[best]!, rows[k]!];
    const pivot = rows[k]!;
    const scale = 1 / pivot[k]!;
    for (let c = 0; c < width; c++) pivot[c] = pivot[c]! * scale;
    for (let r = 0; r < terms; r++) {
      if (r === k) continue;
      const row = rows[r]!;
      const factor = row[k]!;
      if (factor === 0) continue;
      for (let c = 0; c < width; c++) row[c] = row[c]! - factor * pivot[c]!;
    }
  }
  const inverse = new Float64Array(terms * terms);
  for (let k = 0; k < terms; k++) inverse.set(rows[k]!.subarray(terms, width), k * terms);
  return inverse;
}

function integerPower(x: number, k: number): number {
  let product = 1;
  for (let i = 0; i < k; i++) product *= x;
  return product;
}

/** Average of s^k over a window centred at `x`: sum_j C(k, j) x^(k - j) m_j. */
function shiftedMoment(x: number, k: number, moments: Vec): number {
  let sum = 0;
  let binomial = 1;
  for (let j = 0; j <= k; j++) {
    sum += binomial * integerPower(x, k - j) * moments[j]!;
    binomial = (binomial * (k - j)) / (j + 1);
  }
  return sum;
}
