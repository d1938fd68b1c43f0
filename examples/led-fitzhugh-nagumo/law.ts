import { random } from "@hml/integrators";
import {
  gru,
  latentModel,
  type LatentModel,
  loadNet,
  lstm,
  reservoir,
  type SequenceData,
  type SequenceNet,
  train,
  type TrainedPropagator,
} from "@hml/nets";
import type { TrainSettings } from "../lib/train-job.ts";
import { type Coder, codesOf, consistentCoder, plainCoder } from "./coder.ts";
import { type Candidate, PAPER, STATE, STEP } from "./study.ts";

/** Runs of codes one latent step apart, from runs of codes one unit of time apart: one sequence for each starting phase. */
export function sequences(runs: readonly Float64Array[], latentSize: number, step: number): SequenceData {
  const samples = Math.min(...runs.map((run) => run.length / latentSize));
  const times = Math.floor((samples - step) / step) + 1;
  const values = new Float64Array(runs.length * step * times * latentSize);
  let at = 0;
  for (const run of runs) {
    for (let phase = 0; phase < step; phase++) {
      for (let k = 0; k < times; k++) {
        const from = (phase + k * step) * latentSize;
        values.set(run.subarray(from, from + latentSize), at);
        at += latentSize;
      }
    }
  }
  return { values, times };
}

/** The codes of runs of equal length that lie one behind the other. */
export function codedRuns(coder: Coder, states: Float64Array, runs: number): Float64Array[] {
  const length = states.length / runs;
  return Array.from({ length: runs }, (_, k) => codesOf(coder, states.subarray(k * length, (k + 1) * length)));
}

/** A reservoir solved for from sequences of codes, its first steps left out until its memory is filled. */
export async function trainReservoir(
  data: SequenceData,
  latentSize: number,
  units: number,
  { radius, noise, seed }: Candidate,
): Promise<TrainedPropagator> {
  const spec = reservoir({ channels: latentSize, units, radius, residual: true, seed });
  const sequence = { warmUp: 12, ridge: 1e-8 };
  return train(spec, data, { epochs: 1, scale: "standard", noise, random: random(seed), sequence });
}

/** A law with the consistent decoder, and with the decoder as it was trained. */
export function lawsOf(
  coder: Uint8Array,
  propagator: TrainedPropagator,
  step: number,
  members = 1,
): { readonly law: LatentModel; readonly plain: LatentModel } {
  const made = { propagator, dt: step, members };
  return {
    law: latentModel({ ...made, ...consistentCoder(coder) }),
    plain: latentModel({ ...made, ...plainCoder(coder) }),
  };
}

/** A law from the files of its coder and its propagator. */
export function loadLaws(coder: Uint8Array, propagator: Uint8Array, step: number): ReturnType<typeof lawsOf> {
  return lawsOf(coder, loadNet(Uint8Array.from(propagator)), step);
}

/** A recurrent net that is trained beside the reservoir. */
export interface RecurrentPlan {
  readonly name: string;
  readonly spec: SequenceNet;
  readonly step: number;
  /** One training after the other, each from the weights of the one before. */
  readonly stages: readonly TrainSettings[];
}

/**
 * The paper's net and way: an LSTM of 50 units that moves by one unit of time, trained one step ahead, chunks of 30 steps with
 * a memory carried over 300. And a GRU of 16 units that moves by `STEP`, trained one step ahead and then on its own rollouts.
 */
export function recurrentPlans(latentSize: number, epochs: number): readonly RecurrentPlan[] {
  const shared = { scale: "standard", precision: "float32", schedule: { kind: "cosine" }, clip: 1 } as const;
  const rollout = (horizon: number, rate: number): TrainSettings => ({
    ...shared,
    epochs,
    batchSize: 30,
    learningRate: rate,
    sequence: { warmUp: 12, horizon, stride: 4 },
  });
  return [
    {
      name: "LSTM 50",
      spec: lstm({ channels: latentSize, units: 50 }),
      step: PAPER.interval,
      stages: [
        {
          ...shared,
          epochs,
          batchSize: 6,
          learningRate: 5e-3,
          sequence: { bptt: 30, carry: 300, stride: 75 },
        },
      ],
    },
    {
      name: "GRU 16",
      spec: gru({ channels: latentSize, units: 16, residual: true }),
      step: STEP,
      stages: [
        {
          ...shared,
          epochs: 2 * epochs,
          batchSize: 16,
          learningRate: 5e-3,
          noise: 0.01,
          sequence: { bptt: 20, carry: 40, stride: 7, warmUp: 4 },
        },
        rollout(20, 3e-3),
        rollout(40, 2e-3),
      ],
    },
  ];
}

/** The code of a state with every number, for figures: `[time, number]` of a run of states. */
export function portrait(
  coder: Coder,
  states: Float64Array,
): { readonly codes: Float64Array; readonly samples: number } {
  return { codes: codesOf(coder, states), samples: states.length / STATE };
}
