export {
  type FineInterval,
  type HeterogeneousDiffusion,
  heterogeneousDiffusion,
  type HeterogeneousDiffusionSpec,
} from "./heterogeneous-diffusion.ts";
export { type LatticeDiffusion, latticeDiffusion, type LatticeDiffusionSpec } from "./lattice-diffusion.ts";
export { homogenizationLattice } from "./homogenization-lattice.ts";
export { nonlinearDiffusion } from "./nonlinear-diffusion.ts";
export { latticeWave } from "./lattice-wave.ts";
export { swiftHohenberg, type SwiftHohenbergSpec } from "./swift-hohenberg.ts";
export { burgers } from "./burgers.ts";
export { type PeriodicLattice, periodicLattice, type PeriodicLatticeSpec } from "./periodic-lattice.ts";
export type { LatticeRhs, LatticeView } from "./lattice-view.ts";
