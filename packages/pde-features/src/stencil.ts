import { copyFinite, finite, integer } from "@hml/guard";

/**
 * Finite-difference weights w with u^(m)(at) = sum_j w_j u(nodes_j) exactly for polynomials of degree below the number
 * of nodes, by Fornberg's recursion.
 *
 * `nodes` are any distinct abscissae in any order (at least `times` + 1 of them), `at` any point, on a node or not;
 * `times` = m is how often to differentiate (0 interpolates). With n nodes the error is O(h^(n-m)), one order better on
 * stencils that are symmetric about `at`. Returns one weight a node.
 *
 * Throws a RangeError for too few or repeated nodes and for values that are not finite.
 *
 * Source: B. Fornberg, Generation of finite difference formulas on arbitrarily spaced grids, Math. Comp. 51 (1988)
 * 699-706.
 */
export function stencilWeights(nodes: ArrayLike<number>, at: number, times: number): Float64Array {
  const x = copyFinite("stencilWeights", "nodes", nodes);
  const n = x.length;
  finite("stencilWeights", "at", at);
  integer("stencilWeights", "times", times, 0);
  if (n < times + 1) {
    throw new RangeError(
      `stencilWeights: nodes must number at least ${times + 1} to differentiate ${times} times, got ${n}`,
    );
  }
  // Nearest nodes first: the recursion then loses about 1 unit in the last place, left to right up to 16.
  const order = Array.from(x.keys()).toSorted((a, b) => Math.abs(x[a]! - at) - Math.abs(x[b]! - at));
  const given = x.slice();
  for (let i = 0; i < n; i++) x[i] = given[order[i]!]!;
  // weight[k * n + j]: weight of node j for the k-th derivative, over the nodes taken in so far.
  const weight = new Float64Array((times + 1) * n);
  weight[0] = 1;
  let previous = 1;
  let distance = x[0]! - at;
  for (let i = 1; i < n; i++) {
    const highest = Math.min(i, times);
    const before = distance;
    distance = x[i]! - at;
    let product = 1;
    for (let j = 0; j < i; j++) {
      const gap = x[i]! - x[j]!;
      if (gap === 0) {
        const [p, q] = [Math.max(order[i]!, order[j]!), Math.min(order[i]!, order[j]!)];
        throw new RangeError(`stencilWeights: nodes must be distinct, got nodes[${p}] = nodes[${q}] = ${x[i]}`);
      }
      product *= gap;
      if (j === i - 1) {
        for (let k = highest; k >= 0; k--) {
          const lower = k === 0 ? 0 : k * weight[(k - 1) * n + j]!;
          weight[k * n + i] = (previous / product) * (lower - before * weight[k * n + j]!);
        }
      }
      for (let k = highest; k >= 0; k--) {
        const lower = k === 0 ? 0 : k * weight[(k - 1) * n + j]!;
        weight[k * n + j] = (distance * weight[k * n + j]! - lower) / gap;
      }
    }
    previous = product;
  }
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[order[i]!] = weight[times * n + i]!;
  return out;
}
