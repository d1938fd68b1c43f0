import {
  add,
  concat,
  divNoNan,
  engine,
  type KernelFunc,
  max,
  MaxPoolGrad,
  min,
  type NamedTensorInfoMap,
  ResizeNearestNeighborGrad,
  split,
  sub,
  Tensor,
  tidy,
} from "@tensorflow/tfjs-core";
import { kernelInput } from "./kernel-input.ts";
import { replaceKernel } from "./replace-kernel.ts";

/**
 * Repairs two gradients that TensorFlow.js 4.22 computes wrongly and without a word, by calling its own kernels on inputs
 * that they get right. Does nothing the second time.
 *
 * - Up-sampling on the `cpu` backend: the slopes of all samples but the first are read at the wrong place. The samples are
 *   handed over one by one.
 * - Max-pooling on the `wasm` backend: the search for the largest value begins at the smallest positive number, so windows of
 *   negative values are lost. The values are moved into [1, 2], which leaves their order as it is; values that differ by
 *   less than 1e-7 of the range count as equal.
 */
export function repairPoolingGradients(): void {
  replaceKernel(ResizeNearestNeighborGrad, "cpu", sampleBySample);
  replaceKernel(MaxPoolGrad, "wasm", onPositiveValues);
}

function sampleBySample(native: KernelFunc): KernelFunc {
  return (params) => {
    const images = kernelInput(params.inputs["images"]);
    const dy = kernelInput(params.inputs["dy"]);
    const samples = images.shape[0]!;
    if (samples < 2) return native(params);
    return tidy(() => {
      const slopes = split(dy, samples, 0);
      return concat(
        split(images, samples, 0).map((image, i) => run(native, params, { images: image, dy: slopes[i]! })),
        0,
      );
    });
  };
}

function onPositiveValues(native: KernelFunc): KernelFunc {
  return (params) =>
    tidy(() => {
      const x = kernelInput(params.inputs["input"]);
      const least = min(x);
      const input = add(divNoNan(sub(x, least), sub(max(x), least)), 1);
      return run(native, params, { ...params.inputs, input });
    });
}

/** A kernel's result as a tensor of the engine. */
function run(native: KernelFunc, params: Parameters<KernelFunc>[0], inputs: NamedTensorInfoMap): Tensor {
  const result = native({ ...params, inputs });
  const info = Array.isArray(result) ? result[0]! : result;
  return info instanceof Tensor ? info : engine().makeTensorFromTensorInfo(info);
}
