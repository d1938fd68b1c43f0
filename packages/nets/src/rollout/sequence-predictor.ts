import { float64 } from "@hml/guard";
import type { Precision } from "@hml/kernels";
import type { SequenceNet } from "../spec/sequence-net.ts";
import type { Scaling } from "../training/scaling.ts";
import { propagator } from "./propagator.ts";
import type { Trained } from "./trained.ts";

/** `predict` of a net of sequences: one sequence with true states, the memory beginning at zero. */
export function sequencePredictor(
  spec: SequenceNet,
  parameters: Float64Array,
  precision: Precision,
  scaling: Scaling | undefined,
): Trained["predict"] {
  const { channels, forcing } = spec;
  const inputs = channels + forcing;
  const { stateSize, step } = propagator(spec, parameters, precision, scaling, 1);
  const state = new Float64Array(stateSize);
  const z = new Float64Array(channels);
  const forces = new Float64Array(forcing);
  return (x, out) => {
    float64("predict", "x", x);
    if (x.length % inputs !== 0) {
      throw new RangeError(`predict: x must hold whole states of ${inputs} numbers, got length ${x.length}`);
    }
    const times = x.length / inputs;
    float64("predict", "out", out, times * channels);
    state.fill(0);
    for (let t = 0; t < times; t++) {
      for (let c = 0; c < channels; c++) z[c] = x[t * inputs + c]!;
      for (let f = 0; f < forcing; f++) forces[f] = x[t * inputs + channels + f]!;
      step(z, state, z, forces);
      for (let c = 0; c < channels; c++) out[t * channels + c] = z[c]!;
    }
  };
}
