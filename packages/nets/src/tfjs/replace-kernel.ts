import { getKernel, type KernelFunc, registerKernel, unregisterKernel } from "@tensorflow/tfjs-core";

/** Kernels of ours, so that none is wrapped again. */
const ours = new WeakSet<KernelFunc>();

/** Puts a kernel made of a backend's own in its place; does nothing where the backend has none or it has been done. */
export function replaceKernel(kernelName: string, backendName: string, wrap: (native: KernelFunc) => KernelFunc): void {
  const native = getKernel(kernelName, backendName);
  if (native === undefined || ours.has(native.kernelFunc)) return;
  const kernelFunc = wrap(native.kernelFunc);
  ours.add(kernelFunc);
  unregisterKernel(kernelName, backendName);
  registerKernel({ ...native, kernelFunc });
}
