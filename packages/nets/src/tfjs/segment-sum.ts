import {
  cast,
  getKernel,
  type KernelFunc,
  matMul,
  oneHot,
  registerKernel,
  reshape,
  tidy,
  transpose,
  UnsortedSegmentSum,
  type UnsortedSegmentSumAttrs,
} from "@tensorflow/tfjs-core";
import { kernelInput } from "./kernel-input.ts";

/**
 * Makes gathers, hence embedding layers, trainable on the `wasm` backend of TensorFlow.js, whose missing kernel
 * `UnsortedSegmentSum` is the gradient of a gather: out[s] is the sum of the rows x[i] with ids[i] = s, here a product
 * with the matrix of ones and zeros that picks them. Does nothing the second time.
 */
export function registerSegmentSum(): void {
  if (getKernel(UnsortedSegmentSum, "wasm") !== undefined) return;
  registerKernel({ kernelName: UnsortedSegmentSum, backendName: "wasm", kernelFunc: segmentSum });
}

const segmentSum: KernelFunc = ({ inputs, attrs }) => {
  const { numSegments } = attrs as unknown as UnsortedSegmentSumAttrs;
  const x = kernelInput(inputs["x"]);
  const ids = kernelInput(inputs["segmentIds"]);
  const rows = ids.size;
  const rest = x.shape.slice(ids.rank);
  return tidy(() => {
    const picks = cast(oneHot(reshape(ids, [rows]), numSegments), "float32");
    const sums = matMul(transpose(picks), reshape(cast(x, "float32"), [rows, x.size / rows]));
    return cast(reshape(sums, [numSegments, ...rest]), x.dtype);
  });
};
