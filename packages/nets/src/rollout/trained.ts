import { float64 } from "@hml/guard";
import type { Precision } from "@hml/kernels";
import type { EngineKind } from "../network/net-engine.ts";
import { fieldEvaluator, sampleEvaluator, stackEvaluator } from "../network/net-evaluator.ts";
import { isPeriodic, mapped } from "../network/network-of.ts";
import { extentsOf, rowLayout } from "../network/row-layout.ts";
import type { CnnLstm } from "../spec/cnn-lstm.ts";
import { type FieldNet, isFieldNet } from "../spec/field-net.ts";
import { isGridNet } from "../spec/grid-net.ts";
import type { NetSpec, RowNet } from "../spec/net-spec.ts";
import { isSequenceNet } from "../spec/sequence-net.ts";
import { stackShape } from "../spec/stack-net.ts";
import { type Scaling, scaleValues, unscaleValues } from "../training/scaling.ts";
import { type Weights, weightsOf } from "../files/weights.ts";
import { gridPredictor } from "./grid-predictor.ts";
import { isPointNet, pointPredictor } from "./point-predictor.ts";
import { sequencePredictor } from "./sequence-predictor.ts";

/** How a training went, epoch by epoch. */
export interface History {
  /**
   * How it ended: `done` after all epochs, `stopped-early` by patience, or one of the failures of `TrainingError`;
   * `loaded` for a net read from a file, whose arrays are empty.
   */
  readonly status: "done" | "stopped-early" | "aborted" | "nonfinite-state" | "callback-threw" | "loaded";
  /**
   * What trained it: `wasm`, SIMD WebAssembly, or `plain`, its twin of the same bits; `tfjs`, a backend of TensorFlow.js;
   * undefined for a net from a file.
   */
  readonly engine: EngineKind | "tfjs" | undefined;
  /** Mean training loss over the batches of each epoch, [epoch], taken while the weights change. Of scaled values, as trained. */
  readonly loss: Float64Array;
  /** Loss on the validation set after each epoch, [epoch]; empty without one. Of scaled values, by the training data's scaling. */
  readonly validation: Float64Array;
  /** Learning rate at the first step of each epoch, [epoch]. */
  readonly learningRate: Float64Array;
  /** The epoch, counted from 1, after which the weights kept stood; 0 for the starting weights. */
  readonly keptEpoch: number;
}

/** A net with its weights. It owns work arrays, so it is not re-entrant: one per worker. */
export interface Trained<S extends NetSpec = NetSpec> {
  /** The net as plain data. */
  readonly spec: S;
  /** The precision in which it was trained, and in which `predict` works. */
  readonly precision: Precision;
  /** The scaling it was trained in, which `predict` applies and undoes; undefined for none. */
  readonly scaling: Scaling | undefined;
  /** How the training went. */
  readonly history: History;
  /**
   * Evaluates the net; allocates nothing while the grid stays the same.
   *
   * Functional net: `x` is [sample, feature] for any number of samples, `out` is [sample, output]. Discretised and flux
   * nets: `x` is one snapshot of any number of points not below the stencil, `out` is as long, by the net's own padding;
   * with valid padding the points at the ends where the stencil does not fit get zero, as in the paper's code.
   * Divergence net: `x` is [point, feature] on a whole periodic grid, `out` is [point]. Multilayer perceptron: `x` is
   * [sample, input] for any number of samples, `out` is [sample, output]. Field CNN: `x` and `out` are one whole field each,
   * [y, x, channel]. Gradient-flow net: one field each on any grid of its spacing. CNN-LSTM: one field each; without `points`, `x` is [sample, offset] and `out` [sample]. Dense
   * autoencoders: `x` and `out` are [sample, number], the samples as they come back. Set net: `x` is
   * [sample, element, number], `out` is [sample, output]. Mixture density net and particle autoencoder: `out` is
   * [sample, raw output], the mixture of scaled values; `mixtureOf` gives its law.
   *
   * Nets of sequences: `x` is one sequence [time, channel and forcing channel], `out` is [time, channel], the predictions of
   * the next states; the memory begins at zero and the net reads true states. `latentModel` goes on alone.
   *
   * `points` names the grid of a net in two or three dimensions, [x, y] or [x, y, z]; leave it out on a line and for a
   * functional net. For nets of sets it is the number of elements, [n]; left out, `x` is one sample.
   */
  predict(x: Float64Array, out: Float64Array, points?: readonly number[]): void;
  /** The weights by name, copied. */
  weights(): Weights;
}

/** A net over its own copy of `parameters`. */
export function trainedNet<S extends NetSpec>(
  spec: S,
  parameters: Float64Array | Float32Array,
  history: History,
  precision: Precision = "float64",
  scaling?: Scaling,
): Trained<S> {
  const own = Float64Array.from(parameters);
  /** Made at the first prediction: of many nets kept, few may be asked. */
  let predict: Trained["predict"] | undefined;
  return Object.freeze({
    spec,
    precision,
    scaling,
    history: Object.freeze(history),
    predict(x: Float64Array, out: Float64Array, points?: readonly number[]) {
      predict ??= predictor(spec, own, precision, scaling);
      predict(x, out, points);
    },
    weights: () => weightsOf(spec, own),
  });
}

/** `predict` of a net of any kind. */
function predictor(
  spec: NetSpec,
  parameters: Float64Array,
  precision: Precision,
  scaling: Scaling | undefined,
): Trained["predict"] {
  if (isFieldNet(spec)) return fieldPredictor(spec, parameters, precision, scaling);
  if (isSequenceNet(spec)) return sequencePredictor(spec, parameters, precision, scaling);
  if (isPointNet(spec)) return pointPredictor(spec, parameters, precision, scaling);
  if (!isGridNet(spec)) return scaledPredictor(samplePredictor(spec, parameters, precision), scaling);
  const onGrid = gridPredictor(spec, parameters, precision, scaling);
  if (spec.kind !== "cnnLstm") return onGrid;
  const alone = scaledPredictor(samplePredictor(spec, parameters, precision), scaling);
  return (x, out, points) => (points === undefined ? alone(x, out) : onGrid(x, out, points));
}

/** `predict` of a net of whole samples. */
function samplePredictor(spec: RowNet | CnnLstm, parameters: Float64Array, precision: Precision): Trained["predict"] {
  const net = mapped("predict", spec, [1]);
  const evaluate = sampleEvaluator(net, parameters, { engine: "wasm", precision });
  const { inputs, outputs } = net.map;
  return (x, out) => {
    float64("predict", "x", x);
    if (x.length % inputs !== 0) {
      throw new RangeError(`predict: x must hold whole samples of ${inputs} numbers, got length ${x.length}`);
    }
    const samples = x.length / inputs;
    float64("predict", "out", out, samples * outputs);
    evaluate(x, samples, out);
  };
}

/** A predictor of scaled values, made one of values as they are. */
function scaledPredictor(predict: Trained["predict"], scaling: Scaling | undefined): Trained["predict"] {
  if (scaling === undefined) return predict;
  const { inputs, targets } = scaling;
  let scaled = new Float64Array(0);
  return (x, out, points) => {
    float64("predict", "x", x);
    if (scaled.length !== x.length) scaled = new Float64Array(x.length);
    if (inputs === undefined) scaled.set(x);
    else scaleValues(inputs, x, 0, x.length, scaled, 0);
    predict(scaled, out, points);
    if (targets !== undefined) unscaleValues(targets, out, 0, out.length, out, 0);
  };
}

/** `predict` of a net that reads a field or its features. */
function fieldPredictor(
  spec: FieldNet,
  parameters: Float64Array,
  precision: Precision,
  scaling: Scaling | undefined,
): Trained["predict"] {
  const { inputs, outputs } = stackShape(spec);
  const evaluator = stackEvaluator(spec, parameters, undefined, { engine: "wasm", precision });
  const perPoint = "features" in spec ? inputs : 1;
  if (spec.kind === "functionalNet") {
    return scaledPredictor((x, out) => {
      const size = samplesIn(x, inputs);
      float64("predict", "out", out, size * outputs);
      evaluator.evaluate(x, undefined, size, out);
    }, scaling);
  }
  /** The evaluator of the grid last seen. */
  let field: ((values: Float64Array, out: Float64Array) => void) | undefined;
  let extents: readonly number[] = [];
  return (x, out, points) => {
    const size = samplesIn(x, perPoint);
    float64("predict", "out", out, size);
    if (field === undefined || !isGrid(extents, points, size)) {
      const grid = extentsOf("predict", "points", points ?? size);
      const layout = rowLayout("predict", spec, grid, isPeriodic(spec));
      if (layout.points !== size) {
        throw new RangeError(`predict: x must hold the ${layout.points} points of points, got ${size}`);
      }
      field = fieldEvaluator(spec, evaluator, layout, scaling);
      extents = grid;
    }
    field(x, out);
  };
}

/** Count of whole samples of so many features. */
function samplesIn(x: Float64Array, features: number): number {
  float64("predict", "x", x);
  if (x.length % features !== 0) {
    throw new RangeError(`predict: x must hold whole samples of ${features} features, got length ${x.length}`);
  }
  return x.length / features;
}

/** Whether `points`, or a line of `size` points, is the grid of these extents. */
function isGrid(extents: readonly number[], points: readonly number[] | undefined, size: number): boolean {
  if (points === undefined) return extents.length === 1 && extents[0] === size;
  if (points.length !== extents.length) return false;
  let count = 1;
  for (let axis = 0; axis < extents.length; axis++) {
    if (points[axis] !== extents[axis]) return false;
    count *= extents[axis]!;
  }
  return count === size;
}
