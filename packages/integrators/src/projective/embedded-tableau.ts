import { midpointTableau } from "../explicit/midpoint.ts";
import { rk4Tableau } from "../explicit/rk4.ts";
import { type ButcherTableau, checkTableau } from "../explicit/tableau.ts";

/**
 * An explicit Runge-Kutta tableau with second weights over the same slopes. The state moves with `b`; the difference of
 * the two, (D - T) sum_s (b_s - embedded_s) k_s, estimates the error of the one of lower order.
 */
export interface EmbeddedTableau extends ButcherTableau {
  /** The second weights; their sum is 1. */
  readonly embedded: readonly number[];
  /** Order of convergence of the second weights, different from `order`. */
  readonly embeddedOrder: number;
}

/**
 * PRK2 with a comparison of order 3 from a third burst, for `adaptiveProjective` and `solveProjective`: the midpoint rule
 * moves the state, and the estimate is that of its own error, to leading order in D. The default.
 *
 * Source: the stages of Bogacki, Shampine 1989, Appl. Math. Lett. 2, 321, whose second stage is the midpoint's.
 */
export const midpointPair: EmbeddedTableau = {
  order: 2,
  a: [[], [1 / 2], [0, 3 / 4]],
  b: [0, 1, 0],
  c: [0, 1 / 2, 3 / 4],
  embedded: [2 / 9, 1 / 3, 4 / 9],
  embeddedOrder: 3,
};

/**
 * PRK3(2): the bursts of `midpointPair`, with the weights of order 3 moving the state. The steps are the same, the result
 * is better than its estimate, which is that of the midpoint rule.
 *
 * Source: Bogacki, Shampine 1989, Appl. Math. Lett. 2, 321.
 */
export const bogackiShampinePair: EmbeddedTableau = {
  order: 3,
  a: midpointPair.a,
  b: midpointPair.embedded,
  c: midpointPair.c,
  embedded: midpointPair.b,
  embeddedOrder: 2,
};

/**
 * PRK2(1), two bursts a step: the midpoint rule moves the state, and e = (D - T) (k_2 - k_1) estimates the error of
 * projective forward Euler, far above that of the result. For slopes too poor for more.
 *
 * Source: Koellermeier, Samaey 2022, arXiv 2210.08302 (projective methods as tableaux with embedded pairs).
 */
export const midpointEulerPair: EmbeddedTableau = { ...midpointTableau, embedded: [1, 0], embeddedOrder: 1 };

/**
 * PRK4(3), five bursts a step: the classical RK4 moves the state, a fifth stage at 3 D / 4 gives a comparison of order 3. Its
 * weights reach 16 / 3, so noise of the slopes is seen several times larger than it is.
 *
 * Source: Zonneveld 1963; Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), table II.4.2.
 */
export const rk4Pair: EmbeddedTableau = {
  order: 4,
  a: [...rk4Tableau.a, [5 / 32, 7 / 32, 13 / 32, -1 / 32]],
  b: [...rk4Tableau.b, 0],
  c: [...rk4Tableau.c, 3 / 4],
  embedded: [-1 / 2, 7 / 3, 7 / 3, 13 / 6, -16 / 3],
  embeddedOrder: 3,
};

/** Refuses second weights that are not of their stated order, or of the order of the first. */
export function checkEmbedded(where: string, tableau: EmbeddedTableau): void {
  if (tableau?.embedded === undefined) {
    throw new TypeError(`${where}: outer must be a tableau with embedded weights, such as midpointPair`);
  }
  checkTableau(where, tableau);
  const { a, c, embedded, embeddedOrder, order } = tableau;
  checkTableau(`${where}: embedded weights`, { a, b: embedded, c, order: embeddedOrder });
  if (embeddedOrder === order) {
    throw new RangeError(`${where}: embeddedOrder must differ from the order of the tableau, got ${order} for both`);
  }
}
