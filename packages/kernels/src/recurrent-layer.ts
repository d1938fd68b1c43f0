import { checkOptions, integer, lengthOf } from "@hml/guard";
import { allocate, type KernelEngine, own } from "./engine.ts";
import { checkApart } from "./overlap.ts";
import type { FloatArray, FloatArrays, Precision } from "./precision.ts";
import { type RecurrentShape, type RecurrentWeights, recurrentCode } from "./recurrent-code.ts";
import { lengthsOf, type RecurrentLayerSizes, shapeOf, SIZE_KEYS } from "./recurrent-shape.ts";

/** Sizes of a recurrent layer, and arrays of the engine that it shares with others. */
export interface RecurrentLayerOptions<P extends Precision = "float64"> {
  /** Sequences (samples, members) that run side by side. */
  readonly rows: number;
  /** Numbers that a step reads for each sequence. */
  readonly inputs: number;
  /** Numbers in the hidden state of each sequence. */
  readonly units: number;
  /** Most steps that `forward` makes at once, the length of a chunk; 1 (default) is enough for `step`. */
  readonly steps?: number;
  /** `float64` unless told otherwise. */
  readonly precision?: P;
  /** What `backward` gives: nothing (default), the gradients of parameters and initial state, or also of the inputs. */
  readonly gradient?: "none" | "parameters" | "all";
  /** Taken as `input`, for instance the output of the layer below; made unless given. */
  readonly input?: FloatArrays[P];
  /** Taken as `inputGradient`, for instance the output gradient of the layer below. */
  readonly inputGradient?: FloatArrays[P];
  /** Taken as `parameterGradient`, for instance parts of one array of all gradients. */
  readonly parameterGradient?: RecurrentWeights<FloatArrays[P]>;
}

/** Weights and biases as they are handed over, gates in the layer's order; a bias that is left out is zero. */
export interface RecurrentParameters {
  /** [gates * units, inputs], PyTorch's `weight_ih`. */
  readonly inputWeights: ArrayLike<number>;
  /** [gates * units, units], PyTorch's `weight_hh`. */
  readonly stateWeights: ArrayLike<number>;
  /** [gates * units], PyTorch's `bias_ih`. */
  readonly inputBias?: ArrayLike<number>;
  /** [gates * units], PyTorch's `bias_hh`. */
  readonly stateBias?: ArrayLike<number>;
}

/** What recurrent layers have in common; all arrays are the engine's, the time is their first axis. */
export interface RecurrentLayer<P extends Precision = "float64"> {
  /** [steps, rows, inputs], filled before `forward` and not changed before `backward`; `step` reads the first step. */
  readonly input: FloatArrays[P];
  /** [steps, rows, units], the hidden states after each step. */
  readonly output: FloatArrays[P];
  /** [rows, units], the hidden state that `forward` starts from and `step` and `carry` advance; zero at first. */
  readonly hidden: FloatArrays[P];
  /**
   * dL/d(output), [steps, rows, units], filled before `backward`, which leaves it as it is. What a later chunk says of the
   * final hidden state belongs to its last step.
   */
  readonly outputGradient: FloatArrays[P] | undefined;
  /** dL/d(input), [steps, rows, inputs], written by `backward` when `gradient` is `all`. */
  readonly inputGradient: FloatArrays[P] | undefined;
  /** dL/d(hidden), [rows, units], of the state that `forward` started from, written by `backward`. */
  readonly hiddenGradient: FloatArrays[P] | undefined;
  /** Gradients of weights and biases: `backward` adds to them. */
  readonly parameterGradient: RecurrentWeights<FloatArrays[P]> | undefined;
  /**
   * Takes up weights and biases by copying them; float64 values are rounded for a float32 layer. A NaN among them shows in
   * the output.
   * @throws TypeError, RangeError for another length or an unknown name.
   */
  setParameters(parameters: RecurrentParameters): void;
  /**
   * Makes the first `steps` steps, all unless told otherwise, from the state in `hidden`, which stays, and keeps what
   * `backward` needs.
   * @throws Error before parameters were set.
   */
  forward(steps?: number): void;
  /**
   * The gradients through all steps of the last `forward`, whose kept values it uses up.
   * @throws Error when `gradient` is `none`, or when there was no `forward` since the last `backward`, `carry` or `step`.
   */
  backward(): void;
  /** The state after the last `forward` becomes the one that the next starts from. @throws Error without a `forward`. */
  carry(): void;
  /**
   * One step of a rollout: the state goes on in place, by the first step of `input`; the first step of `output` has it too.
   * @throws Error before parameters were set.
   */
  step(): void;
}

/** The arrays that an LSTM has besides. */
export interface LstmCells<P extends Precision> {
  /** [rows, units], the cells that `forward` starts from and `step` and `carry` advance; zero at first. */
  readonly cell: FloatArrays[P];
  /** dL/d(cell), [rows, units], of the cells that `forward` started from, written by `backward`. */
  readonly cellGradient: FloatArrays[P] | undefined;
  /** dL/d(cells after the last step), [rows, units], read by `backward`; zero unless filled. */
  readonly finalCellGradient: FloatArrays[P] | undefined;
}

const NAMES = ["inputWeights", "stateWeights", "inputBias", "stateBias"] as const;
const SHARED_KEYS: readonly (keyof RecurrentLayerOptions)[] = ["input", "inputGradient", "parameterGradient"];

/** Makes a layer of either kind. */
export function recurrentLayer<P extends Precision>(
  where: string,
  kind: RecurrentShape["kind"],
  engine: KernelEngine,
  options: RecurrentLayerOptions<P> & Pick<RecurrentLayerSizes, "reset">,
): { layer: RecurrentLayer<P>; cells: LstmCells<P> | undefined } {
  checkOptions(where, options, [...SIZE_KEYS[kind], ...SHARED_KEYS]);
  const { gradient, ...shape } = shapeOf(where, kind, options);
  const { rows, units, steps } = shape;
  const precision = shape.precision as P;
  const lengths = lengthsOf(shape);
  const make = (length: number): FloatArrays[P] => allocate(engine, precision, length);
  const adopt = (name: string, given: FloatArrays[P] | undefined, length: number): FloatArrays[P] =>
    given === undefined ? make(length) : own(where, engine, precision, name, given, length);

  const backwards = gradient !== "none";
  if (gradient !== "all" && options.inputGradient !== undefined) {
    throw new RangeError(`${where}: inputGradient is not written by this layer; leave it out`);
  }
  if (!backwards && options.parameterGradient !== undefined) {
    throw new RangeError(`${where}: parameterGradient is not written by this layer; leave it out`);
  }
  const given = options.parameterGradient;
  if (given !== undefined) checkOptions(where, given, NAMES, "parameterGradient");
  const parametersOf = (from: typeof given): RecurrentWeights<FloatArrays[P]> => ({
    inputWeights: adopt("parameterGradient.inputWeights", from?.inputWeights, lengths.inputWeights),
    stateWeights: adopt("parameterGradient.stateWeights", from?.stateWeights, lengths.stateWeights),
    inputBias: adopt("parameterGradient.inputBias", from?.inputBias, lengths.bias),
    stateBias: adopt("parameterGradient.stateBias", from?.stateBias, lengths.bias),
  });

  const input = adopt("input", options.input, lengths.input);
  const inputGradient = gradient === "all" ? adopt("inputGradient", options.inputGradient, lengths.input) : undefined;
  const parameterGradient = backwards ? parametersOf(given) : undefined;
  checkApart(where, { input, inputGradient, ...parameterGradient });
  const weights = parametersOf(undefined);
  const states = make(lengths.states);
  const cells = kind === "lstm" ? make(lengths.states) : undefined;
  const gates = make(lengths.gates);
  const part = make(lengths.part);
  const aside = backwards ? make(lengths.output) : undefined;
  const outputGradient = backwards ? make(lengths.output) : undefined;
  const hiddenGradient = backwards ? make(lengths.state) : undefined;
  const cellGradient = backwards && kind === "lstm" ? make(lengths.state) : undefined;
  const finalCellGradient = cellGradient && make(lengths.state);
  const code = recurrentCode(where, engine, shape, {
    input,
    states,
    cells,
    gates,
    part,
    aside,
    weights,
    gradients: parameterGradient,
    inputGradient,
    outputGradient,
    hiddenGradient,
    cellGradient,
  });

  const block = rows * units;
  const hidden = section<P>(states, 0, block);
  const first = section<P>(states, block, block);
  const output = section<P>(states, block, steps * block);
  const cell = cells && section<P>(cells, 0, block);
  const firstCell = cells && section<P>(cells, block, block);

  let set = false;
  /** Steps of the last forward; 0 when something has changed what they started from, */
  let made = 0;
  /** and whether their gates are still there. */
  let kept = false;
  const ready = (name: string): void => {
    if (!set) throw new Error(`${where}.${name}: the layer has no parameters yet; call setParameters first`);
  };
  const layer: RecurrentLayer<P> = {
    input,
    output,
    hidden,
    outputGradient,
    inputGradient,
    hiddenGradient,
    parameterGradient,
    setParameters(parameters) {
      const here = `${where}.setParameters`;
      checkOptions(here, parameters, NAMES, "parameters");
      const { inputWeights, stateWeights, inputBias, stateBias } = parameters;
      lengthOf(here, "inputWeights", inputWeights, lengths.inputWeights);
      lengthOf(here, "stateWeights", stateWeights, lengths.stateWeights);
      if (inputBias !== undefined) lengthOf(here, "inputBias", inputBias, lengths.bias);
      if (stateBias !== undefined) lengthOf(here, "stateBias", stateBias, lengths.bias);
      weights.inputWeights.set(inputWeights);
      weights.stateWeights.set(stateWeights);
      replace(weights.inputBias, inputBias);
      replace(weights.stateBias, stateBias);
      code.pack();
      set = true;
    },
    forward(count = steps) {
      integer(`${where}.forward`, "steps", count, 1, steps);
      ready("forward");
      code.inputs(count * rows);
      for (let t = 0; t < count; t++) code.forward(t, backwards);
      made = count;
      kept = backwards;
    },
    backward() {
      const here = `${where}.backward`;
      if (hiddenGradient === undefined)
        throw new Error(`${here}: the layer has no gradients; make it with gradient "all"`);
      if (!kept) throw new Error(`${here}: there is nothing to go back through; call forward before each backward`);
      kept = false;
      hiddenGradient.fill(0);
      if (finalCellGradient !== undefined) cellGradient?.set(finalCellGradient);
      for (let t = made - 1; t >= 0; t--) code.backward(t);
      code.gradients(made * rows);
    },
    carry() {
      if (made === 0) throw new Error(`${where}.carry: there is no state to carry; call forward first`);
      states.copyWithin(0, made * block, (made + 1) * block);
      cells?.copyWithin(0, made * block, (made + 1) * block);
      made = 0;
      kept = false;
    },
    step() {
      ready("step");
      made = 0;
      kept = false;
      code.inputs(rows);
      code.forward(0, false);
      hidden.set(first);
      if (firstCell !== undefined) cell?.set(firstCell);
    },
  };
  return { layer, cells: cell && { cell, cellGradient, finalCellGradient } };
}

/** A view of `length` numbers from `start`. */
function section<P extends Precision>(array: FloatArrays[P], start: number, length: number): FloatArrays[P];
function section(array: FloatArray, start: number, length: number): FloatArray {
  return array.subarray(start, start + length);
}

/** Zeros where nothing is given. */
function replace(array: FloatArray, values: ArrayLike<number> | undefined): void {
  if (values === undefined) array.fill(0);
  else array.set(values);
}
