export { type FailureCode, IntegrationError, type Status } from "./failure.ts";
export type { Jacobian, Method, MethodRun, Problem, RunStart, Stats } from "./method.ts";
export type { Rhs, Vec } from "./rhs.ts";
export type { Scheme, Stepper } from "./stepper.ts";
export { ensemble, type TimeStepper, timeStepper } from "./time-stepper.ts";
export { RATIONAL_EXPONENTIAL_ERROR, rationalExponential } from "./exponential/rational-exponential.ts";
export { applyTridiagonal, type Tridiagonal } from "./linear/tridiagonal.ts";
export { normal, numpyRandom, type RandomSource, random, type SeededRandom } from "./random.ts";
