export type { Activation } from "@hml/kernels";
export type { DenseLayer, Init, StackSpec } from "./stack-spec.ts";
export {
  checkNetSpec,
  type DiscretisedNet,
  discretisedNet,
  type DivergenceNet,
  divergenceNet,
  type DivergenceOrder,
  type FluxNet,
  fluxNet,
  type FunctionalNet,
  functionalNet,
  type NetSpec,
  type StencilSpec,
} from "./net-spec.ts";
export { parameterCount } from "./stack-shape.ts";

export { train } from "./train.ts";
export type { TrainingProgress, TrainOptions } from "./train-plan.ts";
export type { LossKind, TrainingData } from "./training-data.ts";
export type { AdamOptions } from "./adam.ts";
export type { ConstantSchedule, CosineSchedule, Schedule, StepSchedule } from "./schedule.ts";
export type { History, Trained } from "./trained.ts";
export { TrainingError, type TrainingFailure } from "./training-error.ts";

export type { EngineKind } from "./net-engine.ts";
export { type DerivativeOperator, learnedRhs, type LearnedRhsOptions } from "./learned-rhs.ts";

export { loadNet, saveNet } from "./net-file.ts";
export { readSafetensors, type Safetensors, type SafetensorsLimits } from "./read-safetensors.ts";
export { writeSafetensors } from "./write-safetensors.ts";
export type { Tensor, TensorData, Weights } from "./weights.ts";
export { type FormatCode, FormatError } from "@hml/guard";
export { type NetPreset, netPresets, planePresets, type PresetPair } from "./presets.ts";
