export type { Activation } from "@hml/kernels";
export type { DenseLayer, Init, StackSpec } from "./spec/stack-spec.ts";
export {
  type DiscretisedNet,
  discretisedNet,
  type DivergenceNet,
  divergenceNet,
  type DivergenceOrder,
  type FieldNet,
  type FluxNet,
  fluxNet,
  type FunctionalNet,
  functionalNet,
  type StencilSpec,
} from "./spec/field-net.ts";
export { type Mlp, mlp } from "./spec/mlp.ts";
export { checkNetSpec, type NetSpec, parameterCount, type RowNet } from "./spec/net-spec.ts";

export { train } from "./training/train.ts";
export type { TrainingProgress, TrainOptions } from "./training/train-options.ts";
export type { LossKind, TrainingData } from "./training/training-data.ts";
export type { AdamOptions } from "./training/adam.ts";
export type {
  ConstantSchedule,
  CosineSchedule,
  RoundSchedule,
  Schedule,
  StepSchedule,
} from "./training/schedule.ts";
export type { ChannelScale, ChannelScaleOptions, ScaleOption, Scaling } from "./training/scaling.ts";
export type { History, Trained } from "./rollout/trained.ts";
export { TrainingError, type TrainingFailure } from "./training/training-error.ts";

export type { EngineKind } from "./network/net-engine.ts";
export { type DerivativeOperator, learnedRhs, type LearnedRhsOptions } from "./rollout/learned-rhs.ts";

export { loadNet, saveNet } from "./files/net-file.ts";
export { readSafetensors, type Safetensors, type SafetensorsLimits } from "./files/read-safetensors.ts";
export { writeSafetensors } from "./files/write-safetensors.ts";
export type { Tensor, TensorData, Weights } from "./files/weights.ts";
export { type FormatCode, FormatError } from "@hml/guard";
export { type NetPreset, netPresets, planePresets, type PresetPair } from "./training/presets.ts";
