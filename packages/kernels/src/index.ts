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
export { type Gemm, type GemmOptions, gemm } from "./gemm.ts";

export { type ComplexFft, complexFft, complexFftBytes } from "./complex-fft.ts";
export { type RealFft, realFft, realFftBytes } from "./real-fft.ts";
export { type CirculantLines, type LineProducts, lineProducts, type Transposition } from "./line-products.ts";
