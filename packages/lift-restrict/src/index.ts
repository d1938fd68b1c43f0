export type { Lifting, Restriction } from "./maps.ts";
export { coarse } from "./coarse.ts";
export { blockMeans, windowAverages } from "./averages.ts";
export { boxWindow, smoothWindow, windowMoments } from "./window.ts";
export { type PolynomialLifting, polynomialLifting } from "./polynomial.ts";
export {
  type LiftingOrder,
  type LocalPolynomials,
  type LocalPolynomialSpec,
  localPolynomials,
} from "./local-polynomials.ts";
export type { Closure, Ends } from "./macro-stencil.ts";
