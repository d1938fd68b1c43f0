import type { SequenceNetwork } from "../network/sequence-network.ts";
import type { FloatArray } from "../network/part.ts";
import type { InputNoise } from "./input-noise.ts";
import { type LossTerm, squaredError } from "./loss-term.ts";
import type { Sequences } from "./sequence-data.ts";
import { type ChunkPass, type Stepping, taughtSteps } from "./stepping.ts";

/** Windows of sequences that run side by side. */
export interface WindowBatch {
  /** The sequences. */
  readonly sequences: Sequences;
  /** The first frame of each window, [row]; a frame is sequence * times + time. */
  readonly frames: Int32Array;
  /** How many there are. */
  readonly rows: number;
  /** How many are in the batch that these are a share of; as many unless told otherwise. The loss is their part of its loss. */
  readonly of?: number;
}

/** The loss of a net over one chunk of steps after the other. */
export interface ChunkLoss {
  /** The net that it judges: its numbers, their gradient, and its memory. */
  readonly network: Pick<SequenceNetwork, "engine" | "kernels" | "rows" | "parameters" | "gradient" | "state">;
  /** The windows begin: the memory is zero. */
  start(): void;
  /**
   * The loss of the next chunk, 1/(n channels) sum w (prediction - state)^2 over the n predictions that count, or with absolute
   * errors; sets the network's gradient when it is wanted, that of this loss with the memory at the chunk's beginning as it is.
   */
  value(batch: WindowBatch, pass: ChunkPass): number;
}

/** Steps of a chunk that count: those behind the warm-up. */
export function countedSteps(from: number, steps: number, warmUp: number): number {
  return Math.max(0, steps - Math.max(0, warmUp - from));
}

/** Frames going in and errors coming out, for one step of a batch. */
export interface Frames {
  /**
   * The states of a step, with noise in training, and the forcing into input[at...], [row, input]; zeros into unused rows. A
   * row whose `fed` is set keeps the state that it has.
   */
  put(batch: WindowBatch, step: number, input: FloatArray, at: number, noisy: boolean, fed?: Uint8Array): void;
  /**
   * Adds the weighted losses of the predictions in output[at...] to `sum`, and writes their derivatives times `factor` into
   * `slopes`, from the same place; zeros for unused rows, and everywhere when the factor is zero.
   */
  judge(
    batch: WindowBatch,
    step: number,
    output: FloatArray,
    at: number,
    slopes: FloatArray,
    factor: number,
    sum: number,
  ): number;
}

/** Frames for a network of so many rows. */
export function framesOf(
  { rows: most, inputs, outputs }: SequenceNetwork,
  noise: InputNoise | undefined,
  term: LossTerm = squaredError,
): Frames {
  const state = new Float64Array(outputs);
  return {
    put({ sequences, frames, rows }, step, input, at, noisy, fed) {
      const { channels, forcing, values, forces } = sequences;
      for (let r = 0; r < rows; r++) {
        const frame = frames[r]! + step;
        const to = at + r * inputs;
        if (fed === undefined || fed[r] === 0) {
          if (noisy && noise !== undefined) noise.add(values, frame * channels, channels, input, to);
          else for (let c = 0; c < channels; c++) input[to + c] = values[frame * channels + c]!;
        }
        for (let f = 0; f < forcing; f++) input[to + channels + f] = forces[frame * forcing + f]!;
      }
      input.fill(0, at + rows * inputs, at + most * inputs);
    },
    judge({ sequences, frames, rows }, step, output, at, slopes, factor, sum) {
      const { times, values, weights } = sequences;
      if (slopes.length > 0) slopes.fill(0, at, at + most * outputs);
      if (factor === 0) return sum;
      let total = sum;
      for (let r = 0; r < rows; r++) {
        const frame = frames[r]! + step + 1;
        const weight = weights[Math.floor(frames[r]! / times)]!;
        const from = at + r * outputs;
        for (let c = 0; c < outputs; c++) state[c] = output[from + c]!;
        total = term(state, values, frame * outputs, weight, factor, total);
        if (slopes.length > 0) for (let c = 0; c < outputs; c++) slopes[from + c] = state[c]!;
      }
      return total;
    },
  };
}

/** The loss with teacher forcing: the net reads the true state at every step. */
export function taughtLoss(
  network: SequenceNetwork,
  warmUp: number,
  noise: InputNoise | undefined,
  term?: LossTerm,
): ChunkLoss {
  return chunkLoss(taughtSteps(network), warmUp, noise, term);
}

/** The loss of a net that goes through the steps in this way. */
export function chunkLoss(
  stepping: Stepping,
  warmUp: number,
  noise: InputNoise | undefined,
  term?: LossTerm,
): ChunkLoss {
  const { network, slopes } = stepping;
  const frames = framesOf(network, noise, term);
  const none = new Float64Array(0);
  return {
    network,
    start: () => stepping.start(),
    value(batch, pass) {
      const { from, steps, backward } = pass;
      network.update();
      const counted = countedSteps(from, steps, warmUp) * (batch.of ?? batch.rows) * network.outputs;
      const factor = counted === 0 ? 0 : 1 / counted;
      let sum = 0;
      stepping.forward(
        batch.rows,
        pass,
        (t, input, fed) => frames.put(batch, from + t, input, 0, backward, fed),
        (t, output) => {
          const scale = from + t < warmUp ? 0 : factor;
          sum = frames.judge(batch, from + t, output, 0, backward ? slopes[t]! : none, scale, sum);
        },
      );
      if (backward) stepping.backward(steps);
      stepping.end(steps);
      return sum * factor;
    },
  };
}
