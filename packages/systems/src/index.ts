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

export {
  type AdvectionDiffusion,
  type AdvectionDiffusionStudy,
  advectionDiffusionStudy,
} from "./advection-diffusion.ts";
export { type Particles, particles, type ParticlesOptions } from "./particles.ts";
export { zigguratNormals } from "./ziggurat.ts";
export { type FokkerPlanck, fokkerPlanck, type FokkerPlanckOptions } from "./fokker-planck.ts";
export {
  type FitzHughNagumo,
  fitzHughNagumo,
  type FitzHughNagumoParameters,
  type FitzHughNagumoSpec,
} from "./fitzhugh-nagumo.ts";
export type { LatticeStart } from "./d1q3-densities.ts";
export {
  type KuramotoSivashinsky,
  kuramotoSivashinsky,
  type KuramotoSivashinskySpec,
} from "./kuramoto-sivashinsky.ts";
export type { Lifting, Restriction } from "./maps.ts";

export { type FieldFlow, type PhaseField, phaseField, type PhaseFieldOptions } from "./phase-field/phase-field.ts";
export { allenCahn, type AllenCahnParameters } from "./phase-field/allen-cahn.ts";
export { cahnHilliard, type CahnHilliardParameters } from "./phase-field/cahn-hilliard.ts";
export { phaseFieldCrystal, type PhaseFieldCrystalParameters } from "./phase-field/phase-field-crystal.ts";
export {
  type CheckedFreeEnergy,
  type CheckedGradientFlow,
  type FreeEnergy,
  type GradientFlow,
  gradientFlow,
} from "./phase-field/gradient-flow.ts";
export type { LocalEnergy, LocalFunction } from "./phase-field/local-energy.ts";
export { type FieldEquation, fieldEquation, type FieldTerm } from "./phase-field/field-equation.ts";
export { PhaseFieldError, type PhaseFieldGuard, type PhaseFieldViolation } from "./phase-field/phase-field-guard.ts";
export type { FieldNoise } from "./phase-field/field-noise.ts";
export {
  fieldOf,
  hexagonalField,
  type HexagonalFieldOptions,
  uniformField,
  type UniformFieldOptions,
} from "./phase-field/initial-fields.ts";
export {
  bubbles,
  type BubblesOptions,
  crystalSeeds,
  type CrystalSeedsOptions,
  type Placement,
} from "./phase-field/placed-fields.ts";
export type { PeriodicGrid } from "./phase-field/periodic-grid.ts";
