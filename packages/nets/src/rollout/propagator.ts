import type { Precision } from "@hml/kernels";
import type { FloatArray } from "../network/part.ts";
import { sequenceNetwork } from "../network/sequence-network-of.ts";
import type { SequenceNet } from "../spec/sequence-net.ts";
import type { Scaling } from "../training/scaling.ts";

/** A net of sequences that makes one step at a time, for members side by side; it allocates nothing. */
export interface Propagator {
  /** Numbers of the memory of one member. */
  readonly stateSize: number;
  /**
   * From z, [member, channel], and the memory, [member, number], which goes on in place, to `out`, [member, channel]; `out` may
   * be z. `forces` is [member, forcing channel].
   */
  step(z: Float64Array, state: Float64Array, out: Float64Array, forces: Float64Array | undefined): void;
}

/** A net of sequences with its numbers, made to step so many members. */
export function propagator(
  spec: SequenceNet,
  parameters: Float64Array,
  precision: Precision,
  scaling: Scaling | undefined,
  members: number,
): Propagator {
  const { channels, forcing } = spec;
  const sizes = { rows: members, steps: 1, engine: "wasm", precision, trainable: false, inputGradient: false } as const;
  const network = sequenceNetwork(spec, { ...sizes, parameters });
  network.update();
  const { input, output, inputs } = network;
  let stateSize = 0;
  const pieces = network.state.map(({ values, width }) => {
    const at = stateSize;
    stateSize += width;
    return { values, width, at };
  });
  const scale = channelNumbers(scaling?.inputs?.scale, channels, 1);
  const offset = channelNumbers(scaling?.inputs?.offset, channels, 0);
  return {
    stateSize,
    step(z, state, out, forces) {
      for (let m = 0; m < members; m++) {
        const to = m * inputs;
        for (let c = 0; c < channels; c++) input[to + c] = (z[m * channels + c]! - offset[c]!) / scale[c]!;
        for (let f = 0; f < forcing; f++) input[to + channels + f] = forces![m * forcing + f]!;
      }
      for (const { values, width, at } of pieces) {
        for (let m = 0; m < members; m++) gather(state, m * stateSize + at, values, m * width, width);
      }
      network.step();
      for (const { values, width, at } of pieces) {
        for (let m = 0; m < members; m++) scatter(values, m * width, state, m * stateSize + at, width);
      }
      for (let m = 0; m < members; m++) {
        for (let c = 0; c < channels; c++) {
          out[m * channels + c] = output[m * channels + c]! * scale[c]! + offset[c]!;
        }
      }
    },
  };
}

/** One number a channel. */
function channelNumbers(values: Float64Array | undefined, channels: number, otherwise: number): Float64Array {
  if (values === undefined) return new Float64Array(channels).fill(otherwise);
  return Float64Array.from({ length: channels }, (_, c) => values[values.length === 1 ? 0 : c]!);
}

function gather(from: Float64Array, at: number, out: FloatArray, to: number, count: number): void {
  for (let i = 0; i < count; i++) out[to + i] = from[at + i]!;
}

function scatter(from: FloatArray, at: number, out: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) out[to + i] = from[at + i]!;
}
