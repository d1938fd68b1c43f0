import type { RandomSource } from "@hml/integrators";
import { draw } from "../spec/init.ts";
import type { FloatArray } from "../network/part.ts";
import type { SequenceNetwork, StatePiece } from "../network/sequence-network.ts";
import { type ChunkLoss, countedSteps, framesOf } from "./chunk-loss.ts";
import type { InputNoise } from "./input-noise.ts";
import type { LossTerm } from "./loss-term.ts";
import type { SequencePlan } from "./sequence-options.ts";

/** How a net is fed with its own predictions. */
export interface Feeding extends Pick<SequencePlan, "warmUp" | "alone" | "through"> {
  /** Most steps of a chunk. */
  readonly bptt: number;
  /** What decides which states are read. */
  readonly random: RandomSource;
}

/**
 * The loss of a net that reads its own predictions: at every step behind the warm-up (`alone`), or with the probability of the
 * pass. `network` makes one step at a time and gives the gradients of its inputs.
 *
 * Going forward only inputs and memories are kept; going backward every step is made once more from them, so that the gradient
 * is exact, through the predictions too, at the price of one more forward pass. What is read in the first step of a chunk
 * counts as data.
 */
export function fedLoss(
  network: SequenceNetwork,
  feeding: Feeding,
  noise: InputNoise | undefined,
  term?: LossTerm,
): ChunkLoss {
  const { rows: most, inputs, outputs, input, output, outputGradient, state } = network;
  const inputGradient = network.inputGradient!;
  const { bptt, warmUp, alone, through, random } = feeding;
  const frames = framesOf(network, noise, term);
  const inputsAt = recorder(input, bptt);
  const slopesAt = recorder(outputGradient, bptt);
  const statesAt = state.map(({ values }) => recorder(values, bptt + 1));
  const fed = Array.from({ length: bptt }, () => new Uint8Array(most));
  const none = outputGradient.subarray(0, 0);
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
  const hand = (flags: Uint8Array, slopes: FloatArray): void => {
    for (let r = 0; r < most; r++) {
      if (flags[r] === 0) continue;
      for (let c = 0; c < outputs; c++) {
        slopes[r * outputs + c] = slopes[r * outputs + c]! + inputGradient[r * inputs + c]!;
      }
    }
  };

  function backward(steps: number): void {
    network.gradient.fill(0);
    for (const piece of state) piece.finalGradient.fill(0);
    for (let t = steps - 1; t >= 0; t--) {
      input.set(inputsAt[t]!);
      restore(state, statesAt, t);
      network.forward(1);
      outputGradient.set(slopesAt[t]!);
      network.backward(1);
      for (const { gradient, finalGradient } of state) finalGradient.set(gradient);
      if (through && t > 0) hand(fed[t]!, slopesAt[t - 1]!);
    }
  }

  return {
    network,
    start() {
      for (const { values } of state) values.fill(0);
      begun = false;
    },
    value(batch, pass) {
      const { from, steps } = pass;
      network.update();
      const counted = countedSteps(from, steps, warmUp) * (batch.of ?? batch.rows) * outputs;
      const factor = counted === 0 ? 0 : 1 / counted;
      let sum = 0;
      for (let t = 0; t < steps; t++) {
        const step = from + t;
        feed(fed[t]!, step, batch.rows, pass.own);
        frames.put(batch, step, input, 0, pass.backward, fed[t]);
        if (pass.backward) {
          inputsAt[t]!.set(input);
          record(state, statesAt, t);
        }
        network.forward(1);
        network.carry(1);
        predicted.set(output);
        begun = true;
        const slopes = pass.backward ? slopesAt[t]! : none;
        sum = frames.judge(batch, step, output, 0, slopes, step < warmUp ? 0 : factor, sum);
      }
      if (pass.backward) {
        record(state, statesAt, steps);
        backward(steps);
        restore(state, statesAt, steps);
      }
      return sum * factor;
    },
  };
}

/** Room for `count` copies of an array. */
function recorder(like: FloatArray, count: number): readonly FloatArray[] {
  const { length } = like;
  const all = like instanceof Float32Array ? new Float32Array(count * length) : new Float64Array(count * length);
  return Array.from({ length: count }, (_, t) => all.subarray(t * length, (t + 1) * length));
}

/** Keeps the memory of step t. */
function record(state: readonly StatePiece[], kept: readonly (readonly FloatArray[])[], t: number): void {
  for (let p = 0; p < state.length; p++) kept[p]![t]!.set(state[p]!.values);
}

/** Brings the memory of step t back. */
function restore(state: readonly StatePiece[], kept: readonly (readonly FloatArray[])[], t: number): void {
  for (let p = 0; p < state.length; p++) state[p]!.values.set(kept[p]![t]!);
}
