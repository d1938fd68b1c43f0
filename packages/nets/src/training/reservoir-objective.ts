import type { ReservoirNetwork } from "../network/reservoir-network.ts";
import type { Reservoir } from "../spec/reservoir.ts";
import { reservoirShape } from "../spec/reservoir.ts";
import { type ChunkLoss, framesOf } from "./chunk-loss.ts";
import type { InputNoise } from "./input-noise.ts";
import { moments } from "./moments.ts";
import type { Objective } from "./objective.ts";
import { ridge } from "./ridge.ts";
import type { Scaling } from "./scaling.ts";
import { lossOf, type Walk } from "./walk.ts";

/** What a reservoir is trained with. */
export interface ReservoirTraining {
  /** The training data. */
  readonly walk: Walk;
  /** The validation data, if any. */
  readonly held: Walk | undefined;
  /** The scaling of both. */
  readonly scaling: Scaling | undefined;
  /** Noise on the states that the reservoir reads, never on what it should give. */
  readonly noise: InputNoise | undefined;
}

/**
 * The training of a reservoir: its one step sets the read-out to the minimum of mean w |z_{t+1} - W q(h_{t+1}) - b|^2 +
 * ridge |W|^2 over all steps behind the warm-up, and the gradient stays zero, so an optimiser leaves it there. Every epoch
 * does the same, with new noise where there is noise.
 */
export function reservoirObjective(
  where: string,
  spec: Reservoir,
  network: ReservoirNetwork,
  chunks: ChunkLoss,
  { walk, held, scaling, noise }: ReservoirTraining,
): Objective {
  const { parameters } = network;
  const { readout } = reservoirShape(spec);
  const { sequences, frames, plan } = walk;
  const samples = frames.length * (plan.carry - plan.warmUp);

  function solve(): void {
    const { units, channels } = spec;
    const solution = ridge(gather(spec, network, walk, noise), units, channels, plan.ridge);
    if (solution === undefined) {
      throw new RangeError(
        `${where}: sequence.ridge must be larger, got ${plan.ridge}; the read-out of ${units} units is not determined by ${samples} steps`,
      );
    }
    const { weightAt, biasAt = 0 } = readout;
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < units; i++) parameters[weightAt + c * units + i] = solution[c * (units + 1) + i]!;
      parameters[biasAt + c] = solution[c * (units + 1) + units]!;
    }
  }

  return {
    engine: network.engine,
    kernels: network.kernels,
    parameters,
    gradient: network.gradient,
    scaling,
    steps: 1,
    samples,
    order: frames,
    begin: () => noise?.begin(),
    step() {
      solve();
      return lossOf(chunks, walk);
    },
    samplesOf: () => samples,
    workOf: () => sequences.values.length * spec.units * spec.units,
    validate: () => (held === undefined ? undefined : lossOf(chunks, held)),
  };
}

/** The moments of features, 1 and targets over all windows. */
function gather(
  spec: Reservoir,
  network: ReservoirNetwork,
  { sequences, frames, plan }: Walk,
  noise: InputNoise | undefined,
): Float64Array {
  const { rows: most, steps: chunk, input, features, inputs } = network;
  const { units, channels, residual } = spec;
  const { times, values, weights } = sequences;
  const sums = moments(units + 1 + channels, network.engine);
  const { sample } = sums;
  const { put } = framesOf(network, noise);
  sample[units] = 1;
  network.update();
  for (let first = 0; first < frames.length; first += most) {
    const rows = Math.min(most, frames.length - first);
    const batch = { sequences, frames: frames.subarray(first, first + rows), rows };
    for (const { values: memory } of network.state) memory.fill(0);
    for (let from = 0; from < plan.carry; from += chunk) {
      const steps = Math.min(chunk, plan.carry - from);
      for (let t = 0; t < steps; t++) put(batch, from + t, input, t * most * inputs, true);
      network.forward(steps);
      for (let t = Math.max(0, plan.warmUp - from); t < steps; t++) {
        for (let r = 0; r < rows; r++) {
          const row = t * most + r;
          for (let i = 0; i < units; i++) sample[i] = features[row * units + i]!;
          const frame = batch.frames[r]! + from + t + 1;
          for (let c = 0; c < channels; c++) {
            const read = residual ? input[row * inputs + c]! : 0;
            sample[units + 1 + c] = values[frame * channels + c]! - read;
          }
          sums.add(weights[Math.floor(batch.frames[r]! / times)]!);
        }
      }
      network.carry(steps);
    }
  }
  return sums.means();
}
