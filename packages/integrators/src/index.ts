export type { Rhs, Vec } from "./rhs.ts";
export type { Scheme, Stepper } from "./stepper.ts";
export { ensemble, type TimeStepper, timeStepper } from "./time-stepper.ts";
