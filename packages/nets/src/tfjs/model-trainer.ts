import {
  abs,
  AdamOptimizer,
  mean,
  mul,
  reshape,
  type Scalar,
  squaredDifference,
  sub,
  tensor,
  tidy,
  Variable,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { AdamConstants } from "../training/adam.ts";
import type { Samples } from "../training/training-data.ts";

/** Steps of Adam on the weights of a model. */
export interface ModelTrainer {
  /** One step on these rows of the samples; gives their loss before it. */
  step(samples: Samples, rows: Int32Array, learningRate: number): Promise<number>;
  /** The loss over these rows of the samples. */
  value(samples: Samples, rows: Int32Array): Promise<number>;
  /** Frees what the optimiser holds; the model is the caller's. */
  dispose(): void;
}

/**
 * Trains a model on samples that are laid out as these: the loss is 1/(b p) times the sum of weight * (prediction -
 * target)^2, or of weight * |prediction - target|, over b samples of p predictions. A model that reads the network rows of a sample, not the sample as it is, needs
 * their `gather`.
 */
export function modelTrainer(
  model: LayersModel,
  { map }: Samples,
  { adam: constants, absolute }: { readonly adam: AdamConstants; readonly absolute: boolean },
  gather?: Int32Array,
): ModelTrainer {
  const lengths = model.inputs[0]!.shape.slice(1).map((n) => n ?? 1);
  // Samples of the model in one of the net, which may be many points.
  const size = lengths.reduce((product, n) => product * n, 1);
  const adam = new AdjustableAdam(constants);
  const variables = model.trainableWeights.map((weight) => weight.read()).filter((value) => value instanceof Variable);

  /** Calls `use` with the loss of a batch as a function, then frees the batch. */
  async function withLoss(
    { inputs, targets, weights }: Samples,
    rows: Int32Array,
    training: boolean,
    use: (loss: () => Scalar) => Scalar,
  ): Promise<number> {
    const cost = tidy(() => {
      const values = batch(inputs, rows, map.inputs, gather);
      const x = tensor(values, [values.length / size, ...lengths]);
      const y = tensor(batch(targets, rows, map.outputs), [rows.length, map.outputs]);
      const w = tensor(batch(weights, rows, 1), [rows.length, 1]);
      return use(() => {
        const [output] = [model.call(x, { training })].flat();
        const outputs = reshape(output!, [rows.length, map.outputs]);
        return mean<Scalar>(mul(w, absolute ? abs(sub(outputs, y)) : squaredDifference(outputs, y)));
      });
    });
    const [value] = await cost.data<"float32">();
    cost.dispose();
    return value!;
  }

  return {
    step(samples, rows, learningRate) {
      adam.setLearningRate(learningRate);
      return withLoss(samples, rows, true, (loss) => adam.minimize(loss, true, variables)!);
    },
    value: (samples, rows) => withLoss(samples, rows, false, (loss) => loss()),
    dispose: () => adam.dispose(),
  };
}

/** Adam of TensorFlow.js, whose learning rate may change from step to step. */
class AdjustableAdam extends AdamOptimizer {
  constructor({ beta1, beta2, epsilon }: AdamConstants) {
    super(0, beta1, beta2, epsilon);
  }

  setLearningRate(rate: number): void {
    this.learningRate = rate;
  }
}

/** Rows of `length` numbers one behind the other, in float32; of each the numbers at `gather`, where it is given. */
function batch(values: Float64Array, rows: Int32Array, length: number, gather?: Int32Array): Float32Array {
  const count = gather?.length ?? length;
  const out = new Float32Array(rows.length * count);
  rows.forEach((row, i) => {
    const at = row * length;
    if (gather === undefined) out.set(values.subarray(at, at + length), i * count);
    else gather.forEach((place, k) => (out[i * count + k] = values[at + place]!));
  });
  return out;
}
