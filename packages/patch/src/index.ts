export { type PatchGrid, patchGrid, type PatchGridSpec } from "./patch-grid.ts";
export type { AxisBoundary } from "./patch-centres.ts";
export type { Dim, PatchRhs, PatchView, PerAxis } from "./patch-view.ts";
export { type GapTooth, gapTooth, type GapToothOptions, type PatchSystem } from "./gap-tooth.ts";
export { dirichlet, type EdgeRule, type EdgeRules, type Face, neumann, type WallValue } from "./edge-rule.ts";
export type { AxisWeights, Coupling, EdgeSource, EdgeWeights } from "./edge-weights.ts";
export { spectral } from "./coupling/spectral.ts";
export { lagrange } from "./coupling/lagrange.ts";
export type { CouplingOptions } from "./coupling/coupling-weights.ts";

export { type PatchDynamics, patchDynamics, type PatchDynamicsSpec } from "./patch-dynamics.ts";
export { type BurstModel, type BurstPatch, perPatch } from "./burst-patch.ts";
export { BUFFER_DIFFUSION_LENGTHS, type PatchWarning } from "./patch-warning.ts";
export { type CellProblem, cellProblem, latticeEffective } from "./cell-problem.ts";
export { type LatticeCell, type LatticeCellProblem, latticeCellProblem } from "./cell-problem-lattice.ts";
export { type Bloch, bloch, type BlochSpec } from "./bloch.ts";
export type { Eigenvalues } from "./spectra/complex-eigenvalues.ts";
export type { ComplexMatrix } from "./spectra/complex-matrix.ts";
export type { Closure, Ends, LiftingOrder } from "@hml/lift-restrict";
