import { Tensor, type TensorInfo } from "@tensorflow/tfjs-core";

/** An input of a kernel as the tensor that it is: the engine hands kernels tensors, which their types do not say. */
export function kernelInput(info: TensorInfo | undefined): Tensor {
  if (info instanceof Tensor) return info;
  throw new TypeError("internal: a kernel was given something else than a tensor");
}
