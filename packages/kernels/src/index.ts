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
export { gruLayer } from "./gru-layer.ts";
export { type LstmLayer, lstmLayer } from "./lstm-layer.ts";
export type { LstmCells, RecurrentLayer, RecurrentLayerOptions, RecurrentParameters } from "./recurrent-layer.ts";
export { recurrentLayerBytes, type RecurrentLayerShared, type RecurrentLayerSizes } from "./recurrent-shape.ts";
export type { RecurrentWeights } from "./recurrent-code.ts";
export { type Gemm, type GemmOptions, gemm } from "./gemm.ts";

export { type ComplexFft, complexFft, complexFftBytes } from "./complex-fft.ts";
export { type RealFft, realFft, realFftBytes } from "./real-fft.ts";
export { type CirculantLines, type LineProducts, lineProducts, type Transposition } from "./line-products.ts";
