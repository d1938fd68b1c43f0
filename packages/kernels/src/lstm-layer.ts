import type { KernelEngine } from "./engine.ts";
import type { Precision } from "./precision.ts";
import { type LstmCells, type RecurrentLayer, type RecurrentLayerOptions, recurrentLayer } from "./recurrent-layer.ts";

/** A recurrent layer with cells beside its hidden state. */
export interface LstmLayer<P extends Precision = "float64"> extends RecurrentLayer<P>, LstmCells<P> {}

/**
 * A layer of long short-term memory: for each sequence and step, with the hidden state h, the cell c and the input x,
 *
 *     i = sigmoid(Wi x + ai + Ui h + bi)
 *     f = sigmoid(Wf x + af + Uf h + bf)
 *     g = tanh(Wg x + ag + Ug h + bg)
 *     o = sigmoid(Wo x + ao + Uo h + bo)
 *     c' = f c + i g
 *     h' = o tanh c'
 *
 * as in PyTorch and Keras (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). W are the
 * `inputWeights`, U the `stateWeights`, a and b their biases, gates in the order i f g o. Order of sums, chaining and
 * allocation are as for `gruLayer`.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function lstmLayer<P extends Precision = "float64">(
  engine: KernelEngine,
  options: RecurrentLayerOptions<P>,
): LstmLayer<P> {
  const { layer, cells } = recurrentLayer("lstmLayer", "lstm", engine, options);
  if (cells === undefined) throw new Error("lstmLayer: an LSTM has cells");
  return { ...layer, ...cells };
}
