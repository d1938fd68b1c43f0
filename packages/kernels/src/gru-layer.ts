import type { KernelEngine } from "./engine.ts";
import type { Precision } from "./precision.ts";
import { type RecurrentLayer, type RecurrentLayerOptions, recurrentLayer } from "./recurrent-layer.ts";

/** Options of a GRU. */
export interface GruLayerOptions<P extends Precision = "float64"> extends RecurrentLayerOptions<P> {
  /** Whether the reset acts `after` the product with the state (default, as PyTorch) or `before` it (as the paper). */
  readonly reset?: "after" | "before";
}

/**
 * A layer of gated recurrent units: for each sequence and step, with the state h and the input x,
 *
 *     r = sigmoid(Wr x + ar + Ur h + br)
 *     z = sigmoid(Wz x + az + Uz h + bz)
 *     n = tanh(Wn x + an + r (Un h + bn))
 *     h' = (1 - z) n + z h
 *
 * as in PyTorch, and in Keras with `reset_after`: r acts on the hidden part after its bias. With `reset: "before"` it acts on
 * the state before the product, as in the paper (Cho et al. 2014) and in Keras without `reset_after`:
 *
 *     n = tanh(Wn x + an + Un (r h) + bn)
 *
 * and a step makes two products, one after the other. W are the `inputWeights`, U the `stateWeights`, a and b their biases,
 * gates in the order r z n. Where the literature has h' = (1 - u) h + u n, as LED (Vlachas et al. 2022), u is 1 - z: weights
 * and biases of u with their signs changed are those of z.
 *
 * The inputs' part of all gates is one product over all steps. Each sum starts at its bias and runs upwards, the hidden part
 * by itself; each gradient of a weight runs over steps, then rows, upwards from the value that is there. So the bits depend
 * neither on the engine nor on how the rows are cut into batches or the steps into chunks. A layer upon another takes the
 * lower one's `output` as `input` and its `outputGradient` as `inputGradient`. Nothing is allocated after construction.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function gruLayer<P extends Precision = "float64">(
  engine: KernelEngine,
  options: GruLayerOptions<P>,
): RecurrentLayer<P> {
  return recurrentLayer("gruLayer", "gru", engine, options).layer;
}
