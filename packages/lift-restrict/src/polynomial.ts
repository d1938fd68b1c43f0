import type { Vec } from "@hml/integrators";
import { type LocalPolynomialSpec, localPolynomials } from "./local-polynomials.ts";
import type { Lifting } from "./maps.ts";

/** A lifting whose boxes can also be filled one at a time. */
export interface PolynomialLifting extends Lifting {
  /** Number of boxes. */
  readonly boxes: number;
  /** Points of a box. */
  readonly points: number;
  /** The node of box `b`. */
  nodeOf(box: number): number;
  /** Writes the points of one box, `[points]`, with `shift` subtracted everywhere. */
  liftBox(box: number, coarse: Vec, shift: number, out: Vec): void;
}

/**
 * Lifts macroscale values to boxes of fine points by local polynomials: a coarse state `[node]` to a fine state
 * `[box, point]` whose window average over each box is exactly (to rounding) the node's value. See `localPolynomials` for
 * the orders and the errors thrown.
 */
export function polynomialLifting(spec: LocalPolynomialSpec): PolynomialLifting {
  const polynomials = localPolynomials(spec);
  const { nodes, points } = spec;
  const { boxes, terms } = polynomials;
  const coefficients = new Float64Array(terms);
  let owner: Vec | undefined;
  let views: Vec[] = [];
  const lifting: PolynomialLifting = {
    fineSize: boxes * points,
    coarseSize: nodes,
    boxes,
    points,
    nodeOf: polynomials.nodeOf,
    liftBox(box, coarse, shift, out) {
      polynomials.coefficients(box, coarse, shift, coefficients);
      evaluate(coefficients, points, out);
    },
    lift(coarse, out) {
      if (out !== owner) {
        views = Array.from({ length: boxes }, (_, b) => out.subarray(b * points, (b + 1) * points));
        owner = out;
      }
      for (let b = 0; b < boxes; b++) lifting.liftBox(b, coarse, 0, views[b]!);
    },
  };
  return lifting;
}

/** The polynomial at equally spaced points of [-1, 1]; even and odd parts are shared by mirror points. */
function evaluate(c: Vec, points: number, out: Vec): void {
  const last = points - 1;
  const highestOdd = c.length % 2 === 0 ? c.length - 1 : c.length - 2;
  const highestEven = c.length % 2 === 0 ? c.length - 2 : c.length - 1;
  for (let i = 0; 2 * i <= last; i++) {
    const s = (2 * i - last) / last;
    const s2 = s * s;
    let even = c[highestEven]!;
    for (let k = highestEven - 2; k >= 0; k -= 2) even = even * s2 + c[k]!;
    let odd = c[highestOdd]!;
    for (let k = highestOdd - 2; k >= 1; k -= 2) odd = odd * s2 + c[k]!;
    odd *= s;
    out[i] = even + odd;
    out[last - i] = even - odd;
  }
}
