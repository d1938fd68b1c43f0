import { random } from "@hml/integrators";
import { trainOnThreads } from "@hml/nets/threads";
import type { Trained } from "../../src/rollout/trained.ts";
import { autoencoder } from "../../src/spec/autoencoder.ts";
import { fieldCnn } from "../../src/spec/field-cnn.ts";
import { discretisedNet } from "../../src/spec/field-net.ts";
import { latentNet } from "../../src/spec/latent-net.ts";
import type { NetSpec } from "../../src/spec/net-spec.ts";
import { gru } from "../../src/spec/recurrent-net.ts";
import { variationalAutoencoder } from "../../src/spec/variational-autoencoder.ts";
import type { DataOf } from "../../src/training/dataset.ts";
import { train } from "../../src/training/train.ts";
import type { TrainOptions } from "../../src/training/train-options.ts";
import { heatData } from "../heat-data.ts";

// A program of its own, since threads load TypeScript through its loader: trains a net as often as asked, on so many threads
// in so many shards (`2x4`; `0` without threads), and prints what came out.

const wave = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => Math.sin(i * i));
const heat = heatData(30, 9, 0.1, random(1));
const hidden = [{ units: 5, activation: "tanh" }] as const;

/** A training, but for how it is run. */
interface Case {
  readonly spec: NetSpec;
  readonly data: DataOf<NetSpec>;
  readonly options: Omit<TrainOptions, "random">;
}

const cases: Readonly<Record<string, Case>> = {
  rows: {
    spec: discretisedNet(),
    data: heat,
    options: { epochs: 5, batchSize: 8, noise: 0.1, scale: "standard", validation: heatData(9, 9, 0.1, random(2)) },
  },
  clean: { spec: discretisedNet(), data: heat, options: { epochs: 1, batchSize: 4, weightDecay: 0.1, clip: 1 } },
  single: { spec: discretisedNet(), data: heat, options: { epochs: 4, batchSize: 9, precision: "float32" } },
  codes: {
    spec: variationalAutoencoder({ inputs: 6, encoder: hidden, latentSize: 2 }),
    data: { inputs: wave(120) },
    options: { epochs: 4, batchSize: 8 },
  },
  sequences: {
    spec: gru({ channels: 2, units: 7 }),
    data: { values: wave(6 * 21 * 2), times: 21 },
    options: { epochs: 4, batchSize: 5, sequence: { bptt: 7, sampling: { kind: "linear", rate: 0.2 } }, clip: 1 },
  },
  taught: {
    spec: gru({ channels: 2, units: 7 }),
    data: { values: wave(6 * 21 * 2), times: 21 },
    options: { epochs: 1, batchSize: 4, sequence: { bptt: 5, warmUp: 2 } },
  },
  latent: {
    spec: latentNet({
      coder: autoencoder({ inputs: 3, encoder: hidden, latentSize: 2 }),
      propagator: gru({ channels: 2, units: 4 }),
    }),
    data: { values: wave(6 * 21 * 3), times: 21 },
    options: { epochs: 1, batchSize: 4, sequence: { bptt: 5, warmUp: 2 } },
  },
  fields: {
    spec: fieldCnn({ widths: [3, 4] }),
    data: { inputs: wave(640), targets: wave(640).toReversed(), points: [8, 8] },
    // So large an epsilon makes Adam's steps smooth in the gradient: else parts of rounding alone would be steps of the rate.
    options: {
      epochs: 1,
      batchSize: 5,
      learningRate: 0.1,
      adam: { epsilon: 1 },
      validation: { inputs: wave(128), targets: wave(128), points: [8, 8] },
    },
  },
  blowUp: { spec: discretisedNet(), data: heat, options: { epochs: 3, batchSize: 8, learningRate: 1e120 } },
};

function outcome(trained: Trained): object {
  const { history } = trained;
  return {
    weights: [...trained.weights().values()].flatMap(({ data }) => Array.from<number>(data)),
    loss: [...history.loss],
    validation: [...history.validation],
    status: history.status,
  };
}

/** The same training whole, and stopped after two epochs and resumed. */
async function resumed({ spec, data, options }: Case): Promise<object[]> {
  const saved: Uint8Array[] = [];
  const common = { ...options, workers: 2, shards: 2 };
  const whole = await trainOnThreads(spec, data, {
    ...common,
    random: random(3),
    onProgress: (_progress, checkpoint) => saved.push(checkpoint()),
  });
  const again = await trainOnThreads(spec, data, { ...common, random: random(3), resume: saved[1]! });
  return [outcome(whole), outcome(again)];
}

const [name = "rows", ...runs] = process.argv.slice(2);
const { spec, data, options } = cases[name]!;
const outcomes: object[] = runs[0] === "resume" ? await resumed(cases[name]!) : [];
for (const run of runs) {
  if (run === "resume") continue;
  const [workers = 0, shards = 1] = run.split("x").map(Number);
  const common = { ...options, random: random(3) };
  try {
    const trained =
      workers === 0
        ? await train(spec, data, common)
        : await trainOnThreads(spec, data, { ...common, workers, shards });
    outcomes.push(outcome(trained));
  } catch (error) {
    outcomes.push({ error: String(error) });
  }
}
process.stdout.write(JSON.stringify(outcomes));
