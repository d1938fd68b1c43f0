export { type PatchDynamics, patchDynamics, type PatchDynamicsSpec } from "./patch-dynamics.ts";
export { type BurstModel, type BurstPatch, perPatch } from "./burst-patch.ts";
export { BUFFER_DIFFUSION_LENGTHS, type PatchWarning } from "./patch-warning.ts";
export { type CellProblem, cellProblem, latticeEffective } from "./cell-problem.ts";
export { type LatticeCell, type LatticeCellProblem, latticeCellProblem } from "./cell-problem-lattice.ts";
export type { Closure, Ends, LiftingOrder } from "@hml/lift-restrict";
