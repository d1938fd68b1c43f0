export { type KernelEngine, type KernelEngineOptions, kernelEngine } from "./engine.ts";
export { ready } from "./families.ts";
export type { FloatArrays, Precision } from "./precision.ts";

export type { Activation } from "./activation.ts";
export { elementwise } from "./elementwise.ts";
export { exp, sigmoid, softplus, tanh } from "./elementary.ts";

export {
  type DenseLayer,
  denseLayer,
  denseLayerBytes,
  type DenseLayerOptions,
  type DenseLayerShared,
  type DenseLayerSizes,
} from "./dense-layer.ts";
export { gruLayer, type GruLayerOptions } from "./gru-layer.ts";
export { type LstmLayer, lstmLayer } from "./lstm-layer.ts";
export type { LstmCells, RecurrentLayer, RecurrentLayerOptions, RecurrentParameters } from "./recurrent-layer.ts";
export { recurrentLayerBytes, type RecurrentLayerShared, type RecurrentLayerSizes } from "./recurrent-shape.ts";
export type { RecurrentWeights } from "./recurrent-code.ts";
export { type Gemm, type GemmOptions, gemm } from "./gemm.ts";

export { type ComplexFft, complexFft, complexFftBytes } from "./complex-fft.ts";
export { type RealFft, realFft, realFftBytes } from "./real-fft.ts";
export { type CirculantLines, type LineProducts, lineProducts, type Transposition } from "./line-products.ts";

export { type Conv1dOptions, conv1d, conv1dBytes, type Conv1dSizes } from "./conv1d.ts";
export { type Conv2dOptions, conv2d, conv2dBytes, type Conv2dSizes } from "./conv2d.ts";
export type { ConvLayer, ConvOptions, ConvShared, ConvSizes, Padding } from "./conv-layer.ts";
export {
  type BatchNorm,
  batchNorm,
  batchNormBytes,
  type BatchNormOptions,
  type BatchNormShared,
  type BatchNormSizes,
} from "./batch-norm.ts";
export { averagePool1d, averagePool1dBytes, averagePool2d, averagePool2dBytes } from "./average-pool.ts";
export { maxPool1d, maxPool1dBytes, maxPool2d, maxPool2dBytes } from "./max-pool.ts";
export { upsample1d, upsample1dBytes, upsample2d, upsample2dBytes } from "./upsample.ts";
export type {
  PairsOptions,
  PairsSizes,
  SquaresLayer,
  SquaresOptions,
  SquaresShared,
  SquaresSizes,
} from "./pool-layer.ts";

export { type Adam, adam, adamBytes, type AdamOptions, type AdamSizes } from "./adam.ts";
export { type GradientNorm, gradientNorm } from "./gradient-norm.ts";

export {
  type DiffusionStencil,
  diffusionStencil,
  diffusionStencilBytes,
  type DiffusionStencilOptions,
} from "./stencil-diffusion.ts";
export type { StencilLattice } from "./stencil-lattice.ts";
export { stencil, stencilBytes, type StencilOptions } from "./stencil.ts";

export { SingularMatrixError } from "./singular-matrix.ts";
export {
  type ComplexTridiagonal,
  complexTridiagonal,
  complexTridiagonalBytes,
  type ComplexTridiagonalOptions,
} from "./tridiagonal-complex.ts";
export { tridiagonal, tridiagonalBytes, type TridiagonalOptions, type TridiagonalSolver } from "./tridiagonal.ts";
export { banded, bandedBytes, type BandedOptions, type BandedSolver } from "./banded.ts";
