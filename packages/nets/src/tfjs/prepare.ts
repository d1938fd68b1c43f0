import { show } from "@hml/guard";
import { findBackendFactory, setBackend } from "@tensorflow/tfjs-core";
// Registers the gradients of all operations, which tfjs-core leaves out.
import "@tensorflow/tfjs-layers";
import { addChainedOperations } from "./chained-operations.ts";
import { registerConvolutionGradients } from "./convolution-gradients.ts";
import { repairPoolingGradients } from "./pooling-gradients.ts";
import { registerSegmentSum } from "./segment-sum.ts";
import { TfjsError } from "./tfjs-error.ts";
import { repairUnpackGradient } from "./unpack-gradient.ts";

/**
 * Starts a backend of TensorFlow.js, makes it the current one and repairs what keeps nets from being trained:
 * - methods of tensors that tfjs-layers calls and tfjs-core alone does not define;
 * - kernels that the `wasm` backend lacks: the gradients of convolutions by their filter, and of gathers;
 * - gradients that are wrong: of sequences of one step, which fail, of up-sampling on the `cpu` backend for batches of more
 *   than one, and of max-pooling on the `wasm` backend for negative values;
 * - the `wasm` backend's gradient of a convolution by its input, which becomes some ten times faster.
 *
 * The functions of this subpath that take a `backend` do this themselves; call it before building recurrent layers of
 * your own.
 *
 * @param backend `cpu`, `wasm`, `webgl`, `webgpu`: whichever backend package has been imported
 * @throws TypeError or RangeError (as a rejection) when no package has registered it; TfjsError `backend-failed` when it
 * does not start
 */
export async function prepareTfjs(backend: string): Promise<void> {
  await startBackend("prepareTfjs", backend);
}

/** As `prepareTfjs`, on behalf of another function. */
export async function startBackend(where: string, backend: string): Promise<void> {
  if (typeof backend !== "string") throw new TypeError(`${where}: backend must be a name, got ${show(backend)}`);
  if (findBackendFactory(backend) === null) {
    const package_ = `@tensorflow/tfjs-backend-${/^[a-z]+$/.test(backend) ? backend : "wasm"}`;
    throw new RangeError(`${where}: backend must be one that is registered, got ${show(backend)}; import ${package_}`);
  }
  addChainedOperations();
  registerConvolutionGradients();
  registerSegmentSum();
  repairUnpackGradient();
  repairPoolingGradients();
  let started: boolean;
  try {
    started = await setBackend(backend);
  } catch (cause) {
    throw new TfjsError("backend-failed", `${where}: the backend ${backend} did not start`, { cause });
  }
  if (!started) throw new TfjsError("backend-failed", `${where}: the backend ${backend} did not start`);
}
