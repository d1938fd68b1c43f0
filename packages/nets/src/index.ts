export type { Activation, Padding } from "@hml/kernels";
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
export { type CnnLstm, cnnLstm } from "./spec/cnn-lstm.ts";
export { type FieldCnn, fieldCnn } from "./spec/field-cnn.ts";
export { type GradientFlowNet, gradientFlowNet } from "./spec/gradient-flow-net.ts";
export type { GridNet } from "./spec/grid-net.ts";
export { type Mlp, mlp } from "./spec/mlp.ts";
export { type Autoencoder, autoencoder, type DenseCoder, type DenseCoderOptions } from "./spec/autoencoder.ts";
export {
  type VariationalAutoencoder,
  variationalAutoencoder,
  type VariationalTerm,
} from "./spec/variational-autoencoder.ts";
export { type ConvolutionalAutoencoder, convolutionalAutoencoder } from "./spec/convolutional-autoencoder.ts";
export type { ConvolutionInit } from "./spec/field-layer.ts";
export { type DeepSet, deepSet } from "./spec/deep-set.ts";
export {
  type LogitSupport,
  type MixtureDensity,
  mixtureDensity,
  type MixtureSpec,
  type MixtureSupport,
  type SoftplusSupport,
  type UnboundedSupport,
} from "./spec/mixture-density.ts";
export { type SetAutoencoder, setAutoencoder } from "./spec/set-autoencoder.ts";
export type { AutoencoderNet, DenseAutoencoder } from "./spec/coder-net.ts";
export { checkNetSpec, type NetSpec, parameterCount, type RowNet } from "./spec/net-spec.ts";
export { type Gru, gru, type Lstm, lstm, type RecurrentNet, type RecurrentSpec } from "./spec/recurrent-net.ts";
export { type LinearMemory, linearMemory } from "./spec/linear-memory.ts";
export { type CodePropagator, type LatentCoder, type LatentNet, latentNet } from "./spec/latent-net.ts";
export { type MlpPropagator, mlpPropagator } from "./spec/mlp-propagator.ts";
export { type Reservoir, reservoir } from "./spec/reservoir.ts";
export type { SequenceNet } from "./spec/sequence-net.ts";
export type { SequenceSpec } from "./spec/sequence-spec.ts";

export { train } from "./training/train.ts";
export { type EnsembleOptions, trainEnsemble } from "./training/train-ensemble.ts";
export { type NetEnsemble, netEnsemble } from "./rollout/net-ensemble.ts";
export type { TrainingProgress, TrainOptions } from "./training/train-options.ts";
export type { LossKind, TrainingData } from "./training/training-data.ts";
export type { AutoencoderData, DataOf } from "./training/dataset.ts";
export type { SequenceData } from "./training/sequence-data.ts";
export type { LatentTerms, SamplingOptions, SequenceOptions } from "./training/sequence-options.ts";
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
export { freeEnergyOf, type LearnedFreeEnergy } from "./rollout/free-energy-of.ts";
export {
  type GradientFlowStepper,
  gradientFlowStepper,
  type GradientFlowStepperOptions,
} from "./rollout/gradient-flow-stepper.ts";
export { explainedFraction } from "./rollout/explained-fraction.ts";
export { type LawSnapshots, lawSnapshots } from "./rollout/law-snapshots.ts";
export { type DerivativeOperator, learnedRhs, type LearnedRhsOptions } from "./rollout/learned-rhs.ts";
export {
  type LatentModel,
  latentModel,
  type LatentModelOptions,
  type StateDecoder,
  type StateEncoder,
  type TrainedPropagator,
} from "./rollout/latent-model.ts";
export { type LatentParts, latentParts } from "./rollout/latent-parts.ts";
export { latentEnsemble } from "./rollout/latent-ensemble.ts";
export { type CoarseModel, coarseModel, warmUp } from "./rollout/coarse-model.ts";

export {
  type Decoder,
  decoderOf,
  type Encoder,
  encoderOf,
  type TrainedAutoencoder,
} from "./rollout/encoder-of.ts";
export { type ConditionalMixture, mixtureOf } from "./rollout/mixture-of.ts";

export { loadNet, saveNet } from "./files/net-file.ts";
export type { NetParts } from "./files/net-tensors.ts";
export { loadEnsemble, saveEnsemble } from "./files/ensemble-file.ts";
export { readSafetensors, type Safetensors, type SafetensorsLimits } from "./files/read-safetensors.ts";
export { writeSafetensors } from "./files/write-safetensors.ts";
export { initialWeights } from "./files/initial-weights.ts";
export {
  type KerasDenseLayer,
  type KerasLayers,
  type KerasRecurrentLayer,
  kerasWeights,
  type TorchNames,
  torchWeights,
} from "./files/recurrent-weights.ts";
export type { Tensor, TensorData, Weights } from "./files/weights.ts";
export { kernelFromTorch, kernelToTorch } from "./files/torch-kernel.ts";
export { type FormatCode, FormatError } from "@hml/guard";
export { gradientFlowStart, type GradientFlowStartOptions } from "./training/gradient-flow-start.ts";
export { type NetPreset, netPresets, planePresets, type PresetPair } from "./training/presets.ts";
