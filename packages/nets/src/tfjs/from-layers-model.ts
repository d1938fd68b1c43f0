import { float64, show } from "@hml/guard";
import { type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Tensor as NamedTensor, Weights } from "../files/weights.ts";

/** A model of the user's own behind the methods of a trained net. */
export interface WrappedModel {
  /** The model. */
  readonly model: LayersModel;
  /**
   * Evaluates the model on the current backend of TensorFlow.js. `x` holds any number of samples one behind the other, each
   * as the model's input has it, row-major with channels last; `out` takes as many answers. Values are rounded to float32
   * on their way in, and come back as such.
   *
   * `points` names the grid of a model for fields of any size, [x, y] or [x, y, z]; leave it out where the model's input has
   * one size.
   */
  predict(x: Float64Array, out: Float64Array, points?: readonly number[]): void;
  /** All weights, copied, under their names in the model. */
  weights(): Weights;
  /** Disposes of the model; nothing else is held. */
  dispose(): void;
}

/**
 * Wraps a LayersModel, trained or loaded by the user, so that it is asked like a trained net: plain arrays go in and out, no
 * tensor is left behind, and the call is synchronous, as an integrator needs it. One call costs some half a millisecond
 * whatever the model's size; where that is too much and the model is a net that `NetSpec` can describe, take its weights
 * over with `weightsFromLayers`.
 *
 * @throws TypeError or RangeError when the model is none, or has more than one input or output
 */
export function fromLayersModel(model: LayersModel): WrappedModel {
  const where = "fromLayersModel";
  const { inputs, outputs } = Object(model) as Partial<LayersModel>;
  if (!Array.isArray(inputs) || !Array.isArray(outputs)) {
    throw new TypeError(`${where}: model must be a LayersModel, got ${show(model)}`);
  }
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw new RangeError(
      `${where}: model must have one input and one output, got ${inputs.length} and ${outputs.length}`,
    );
  }
  const [, ...lengths] = inputs[0]!.shape;
  return Object.freeze({
    model,
    predict(x: Float64Array, out: Float64Array, points?: readonly number[]) {
      float64("predict", "x", x);
      float64("predict", "out", out);
      const shape = sampleShape(lengths, points);
      const size = shape.reduce((product, n) => product * n, 1);
      if (x.length === 0 || x.length % size !== 0) {
        throw new RangeError(
          `predict: x must hold whole samples of ${size} numbers, at least one, got length ${x.length}`,
        );
      }
      const samples = x.length / size;
      const values = tidy(() =>
        (model.predict(tensor(Float32Array.from(x), [samples, ...shape]), { batchSize: samples }) as Tensor).dataSync(),
      );
      float64("predict", "out", out, values.length);
      out.set(values);
    },
    weights: () =>
      new Map(
        model.weights.map((weight): [string, NamedTensor] => {
          const value = weight.read();
          return [weight.originalName, { shape: [...value.shape], data: Float32Array.from(value.dataSync()) }];
        }),
      ),
    dispose: () => {
      model.dispose();
    },
  });
}

/** The shape of one sample: lengths that the model leaves open are those of the grid, its outermost axis first. */
function sampleShape(lengths: readonly (number | null)[], points: readonly number[] | undefined): number[] {
  const open = lengths.filter((length) => length === null).length;
  const given = points ?? [];
  if (given.length !== open) {
    throw new RangeError(`predict: points must name the ${open} axes that the model leaves open, got ${given.length}`);
  }
  const grid = given.toReversed();
  let axis = 0;
  return lengths.map((length) => length ?? grid[axis++]!);
}
