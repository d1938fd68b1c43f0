import type { RandomSource } from "@hml/integrators";
import type { FloatArray } from "../network/part.ts";
import type { SequenceNetwork, StatePiece } from "../network/sequence-network.ts";
import { draw } from "../spec/init.ts";
import type { SequencePlan } from "./sequence-options.ts";

/** What a pass over a chunk is for. */
export interface ChunkPass {
  /** The first step of the chunk, counted from the beginning of the windows. */
  readonly from: number;
  /** Its steps. */
  readonly steps: number;
  /** Whether the gradient is wanted. */
  readonly backward: boolean;
  /** The probability with which the net reads its own prediction. */
  readonly own: number;
}

/**
 * How a net of sequences goes through the steps of a chunk and back, whatever it reads and whoever judges it. Steps t are
 * counted from the beginning of the chunk. `fed` tells which rows read their own predictions, undefined where none does.
 */
export interface Stepping {
  /** The net. */
  readonly network: SequenceNetwork;
  /** dL/d(output) of each step, [row, output], to be filled between `forward` and `backward`. */
  readonly slopes: readonly FloatArray[];
  /** The windows begin: the memory is zero. */
  start(): void;
  /**
   * Makes the steps. `put` fills the inputs of a step, [row, input], and leaves the states of fed rows; `made` is given its
   * outputs, [row, output].
   */
  forward(
    rows: number,
    pass: ChunkPass,
    put: (t: number, input: FloatArray, fed: Uint8Array | undefined) => void,
    made: (t: number, output: FloatArray) => void,
  ): void;
  /** Sets the net's gradient to that of the steps; `taken`, if given, is shown dL/d(input) of each, where the net gives it. */
  backward(steps: number, taken?: (t: number, slopes: FloatArray, fed: Uint8Array | undefined) => void): void;
  /** The memory goes on to the next chunk; call it after `backward`, if that is called. */
  end(steps: number): void;
}

/** Teacher forcing: the net reads true states, and all steps of a chunk go through each layer together. */
export function taughtSteps(network: SequenceNetwork): Stepping {
  const { rows, steps: most, inputs, outputs, state } = network;
  const input = pieces(network.input, most, rows * inputs);
  const output = pieces(network.output, most, rows * outputs);
  const slopes = pieces(network.outputGradient, most, rows * outputs);
  const inputSlopes =
    network.inputGradient === undefined ? undefined : pieces(network.inputGradient, most, rows * inputs);
  return {
    network,
    slopes,
    start() {
      for (const { values } of state) values.fill(0);
    },
    forward(_rows, { steps }, put, made) {
      for (let t = 0; t < steps; t++) put(t, input[t]!, undefined);
      network.forward(steps);
      for (let t = 0; t < steps; t++) made(t, output[t]!);
    },
    backward(steps, taken) {
      network.gradient.fill(0);
      network.backward(steps);
      if (taken === undefined || inputSlopes === undefined) return;
      for (let t = steps - 1; t >= 0; t--) taken(t, inputSlopes[t]!, undefined);
    },
    end: (steps) => network.carry(steps),
  };
}

/** How a net is fed with its own predictions. */
export interface Feeding extends Pick<SequencePlan, "warmUp" | "alone" | "through"> {
  /** Most steps of a chunk. */
  readonly bptt: number;
  /** What decides which states are read. */
  readonly random: RandomSource;
}

/**
 * The net reads its own predictions: at every step behind the warm-up (`alone`), or with the probability of the pass. `network`
 * makes one step at a time and gives the gradients of its inputs.
 *
 * Going forward only inputs and memories are kept; going backward every step is made once more from them, so that the gradient
 * is exact, through the predictions too, at the price of one more forward pass. What is read in the first step of a chunk
 * counts as data.
 */
export function fedSteps(network: SequenceNetwork, feeding: Feeding): Stepping {
  const { rows: most, inputs, outputs, input, output, outputGradient, state } = network;
  const inputGradient = network.inputGradient!;
  const { bptt, warmUp, alone, through, random } = feeding;
  const inputsAt = recorder(input, bptt);
  const slopes = recorder(outputGradient, bptt);
  const statesAt = state.map(({ values }) => recorder(values, bptt + 1));
  const fed = Array.from({ length: bptt }, () => new Uint8Array(most));
  /** The last predictions, which going backward does not touch, */
  const predicted = recorder(output, 1)[0]!;
  /** and whether they are those of the windows at hand. */
  let begun = false;

  /** Decides which rows read what they predicted, and lets them. */
  const feed = (flags: Uint8Array, step: number, rows: number, own: number): void => {
    flags.fill(0);
    if (!begun || own === 0 || (alone && step <= warmUp)) return;
    for (let r = 0; r < rows; r++) {
      if (!alone && !(draw(random) < own)) continue;
      flags[r] = 1;
      for (let c = 0; c < outputs; c++) input[r * inputs + c] = predicted[r * outputs + c]!;
    }
  };
  /** dL/d(output) of what was read at a step, onto that of the step before. */
  const hand = (flags: Uint8Array, below: FloatArray): void => {
    for (let r = 0; r < most; r++) {
      if (flags[r] === 0) continue;
      for (let c = 0; c < outputs; c++) {
        below[r * outputs + c] = below[r * outputs + c]! + inputGradient[r * inputs + c]!;
      }
    }
  };

  return {
    network,
    slopes,
    start() {
      for (const { values } of state) values.fill(0);
      begun = false;
    },
    forward(rows, { from, steps, backward, own }, put, made) {
      for (let t = 0; t < steps; t++) {
        feed(fed[t]!, from + t, rows, own);
        put(t, input, fed[t]);
        if (backward) {
          inputsAt[t]!.set(input);
          record(state, statesAt, t);
        }
        network.forward(1);
        network.carry(1);
        predicted.set(output);
        begun = true;
        made(t, output);
      }
    },
    backward(steps, taken) {
      record(state, statesAt, steps);
      network.gradient.fill(0);
      for (const piece of state) piece.finalGradient.fill(0);
      for (let t = steps - 1; t >= 0; t--) {
        input.set(inputsAt[t]!);
        restore(state, statesAt, t);
        network.forward(1);
        outputGradient.set(slopes[t]!);
        network.backward(1);
        for (const { gradient, finalGradient } of state) finalGradient.set(gradient);
        if (through && t > 0) hand(fed[t]!, slopes[t - 1]!);
        taken?.(t, inputGradient, fed[t]);
      }
      restore(state, statesAt, steps);
    },
    end: () => undefined,
  };
}

/** The pieces of an array that has one for each step. */
function pieces(whole: FloatArray, count: number, length: number): readonly FloatArray[] {
  return Array.from({ length: count }, (_, t) => whole.subarray(t * length, (t + 1) * length));
}

/** Room for `count` copies of an array. */
function recorder(like: FloatArray, count: number): readonly FloatArray[] {
  const { length } = like;
  const all = like instanceof Float32Array ? new Float32Array(count * length) : new Float64Array(count * length);
  return pieces(all, count, length);
}

/** Keeps the memory of step t. */
function record(state: readonly StatePiece[], kept: readonly (readonly FloatArray[])[], t: number): void {
  for (let p = 0; p < state.length; p++) kept[p]![t]!.set(state[p]!.values);
}

/** Brings the memory of step t back. */
function restore(state: readonly StatePiece[], kept: readonly (readonly FloatArray[])[], t: number): void {
  for (let p = 0; p < state.length; p++) state[p]!.values.set(kept[p]![t]!);
}
