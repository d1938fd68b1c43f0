export {
  type DerivativeOperator,
  type DerivativeOptions,
  type DerivativeOrder,
  derivative,
  type Ends,
} from "./derivative.ts";
export type { Rhs, Vec } from "./rhs.ts";
export { stencilWeights } from "./stencil.ts";
