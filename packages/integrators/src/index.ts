export type { Rhs, Vec } from "./rhs.ts";
export type { Scheme, Stepper } from "./stepper.ts";
export { ensemble, type TimeStepper, timeStepper } from "./time-stepper.ts";

export { type SolveOptions, type StepperOptions, solve } from "./solve.ts";
export type { RunOptions, StepBounds, StopSignal, Tolerances } from "./run-options.ts";
export type { EventCondition } from "./events.ts";
export type { EventRecord, Solution } from "./solution.ts";
export { type AdaptiveOptions, adaptive } from "./adaptive.ts";
export { type Restart, restartFromJson, restartToJson } from "./restart.ts";
export type { MethodState } from "./method-state.ts";
export { type FailureCode, IntegrationError, type Status } from "./failure.ts";
export type { Jacobian, Method, MethodRun, Problem, RunStart, Stats } from "./method.ts";

export { fixed } from "./fixed.ts";
export { euler, eulerTableau } from "./explicit/euler.ts";
export { heun, heunTableau } from "./explicit/heun.ts";
export { midpoint, midpointTableau } from "./explicit/midpoint.ts";
export { rk4, rk4Tableau } from "./explicit/rk4.ts";
export { dopri5, dopri5Tableau } from "./explicit/dopri5.ts";
export { tsit5, tsit5Tableau } from "./explicit/tsit5.ts";
export { dop853, dop853Tableau } from "./explicit/dop853.ts";
export { rungeKutta } from "./explicit/runge-kutta.ts";
export type { ButcherTableau } from "./explicit/tableau.ts";
export type { StepControlOptions } from "./step-control.ts";

export { type BdfOptions, bdf } from "./stiff/bdf.ts";
export { type RadauOptions, radau } from "./stiff/radau.ts";
export { type RosenbrockOptions, rosenbrock } from "./stiff/rosenbrock.ts";
export { type AutomaticOptions, automatic } from "./automatic.ts";
export type { JacobianBand, JacobianShape } from "./stiff/jacobian.ts";
export type { MatrixFree, Preconditioner, PreconditionerSolver } from "./stiff/matrix-free.ts";
export { bandedLu } from "./stiff/banded-lu.ts";
export { denseLu } from "./stiff/dense-lu.ts";
export type { Factorisation, LinearSolver } from "./stiff/linear-solver.ts";

export { type ProjectiveOptions, projective } from "./projective/projective.ts";
export { adviseBurst, type BurstAdvice, type BurstAdviceOptions } from "./projective/advise-burst.ts";
export { projectiveAdams } from "./projective/projective-adams.ts";
export { largestSkip, type TelescopicOptions, telescopic } from "./projective/telescopic.ts";
export {
  type AdaptiveProjectiveOptions,
  adaptiveProjective,
  type ProjectiveFlow,
} from "./projective/adaptive-projective.ts";
export {
  type MacroSteps,
  type ProjectiveSolution,
  type SolveProjectiveOptions,
  solveProjective,
} from "./projective/solve-projective.ts";
export type { AdaptiveProjectiveControl, ProjectiveNoise } from "./projective/adaptive-run.ts";
export {
  bogackiShampinePair,
  type EmbeddedTableau,
  midpointEulerPair,
  midpointPair,
  rk4Pair,
} from "./projective/embedded-tableau.ts";
export {
  type CoarseView,
  type ProjectiveGeneralOptions,
  type ProjectiveProblem,
  projectiveGeneral,
} from "./projective/projective-general.ts";
export { cdmc } from "./projective/cdmc.ts";
export { checkClosure, type ClosureOptions, type ClosureReport } from "./projective/check-closure.ts";
export { pirk2, pirk4, type ToolboxOptions, type ToolboxSolution } from "./projective/toolbox.ts";
export type { BurstSamples, ToolboxBurst } from "./projective/toolbox-burst.ts";
export type { BurstOptions } from "./projective/burst.ts";
export type { StageOptions } from "./projective/macro-step.ts";
export type { ProjectiveStats, ProjectiveStepper } from "./projective/projective-stats.ts";
export { polynomialSlope } from "./projective/polynomial-slope.ts";
export {
  chordSlope,
  leastSquaresSlope,
  type SampledSlope,
  type SlopeEstimator,
  slopeDeviation,
} from "./projective/slope.ts";

export { microMacroParareal } from "./parallel/micro-macro.ts";
export { type PararealOptions, parareal } from "./parallel/parareal.ts";
export type {
  MicroMacroMaps,
  MicroMacroOptions,
  ParallelOptions,
  ParallelReport,
  ParallelTimeStepper,
  ToCoarse,
  ToFine,
} from "./parallel/time-parallel.ts";
export { type SliceModel, type TimeSlice, timeSlices } from "./parallel/time-slices.ts";

export { type MultiscaleFlow, multiscale } from "./multiscale/multiscale.ts";
export type { MultiscaleOptions, StageRecord } from "./multiscale/multiscale-options.ts";
export {
  type AdaptiveSchedule,
  type FixedSchedule,
  type Outcome,
  type Schedule,
  type Stage,
  speedUpBound,
} from "./multiscale/schedule.ts";
export { type CostPart, type MultiscaleReport, speedUp, utilisation } from "./multiscale/multiscale-report.ts";
export type { LatentLaw } from "./multiscale/latent-law.ts";
export type { MicroTrajectory } from "./multiscale/trajectory-recorder.ts";
export type { StateError } from "./multiscale/comparison.ts";

export { RATIONAL_EXPONENTIAL_ERROR, rationalExponential } from "./exponential/rational-exponential.ts";
export { applyTridiagonal, type Tridiagonal } from "./linear/tridiagonal.ts";

export type { SemilinearProblem, SemilinearScheme } from "./exponential/semilinear.ts";
export { etd1, etdrk2, etdrk4, ifrk4, krogstad } from "./exponential/etdrk.ts";
export { ars222, imex1 } from "./exponential/imex.ts";
export { cnab2, sbdf2 } from "./exponential/imex-multistep.ts";
export { phi } from "./exponential/phi.ts";
export type { FourierSymbol } from "./exponential/spectral/fourier-symbol.ts";
export type { GridFft } from "./exponential/spectral/grid-fft.ts";
export {
  type PerAxis,
  type PeriodicField,
  type PeriodicFieldOptions,
  type PointFunction,
  periodicField,
} from "./exponential/spectral/periodic-field.ts";

export type { Coefficient, StochasticProblem } from "./stochastic/stochastic-problem.ts";
export type { NormalSource, StochasticStepper } from "./stochastic/stochastic-stepper.ts";
export { eulerMaruyama } from "./stochastic/euler-maruyama.ts";
export { milstein } from "./stochastic/milstein.ts";
export { heunStratonovich } from "./stochastic/heun-stratonovich.ts";
export { reflecting, type Walls } from "./stochastic/reflection.ts";

export { normal, numpyRandom, type RandomSource, random, type SeededRandom } from "./random.ts";
