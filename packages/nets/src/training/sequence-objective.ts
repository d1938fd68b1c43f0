import { nonNegative, oneOf } from "@hml/guard";
import { latentNetwork } from "../network/latent-network.ts";
import { reservoirNetwork } from "../network/reservoir-network.ts";
import type { SequenceNetwork } from "../network/sequence-network.ts";
import { sequenceNetwork } from "../network/sequence-network-of.ts";
import { shuffle } from "../spec/init.ts";
import type { SequenceNet } from "../spec/sequence-net.ts";
import type { NetSpec } from "../spec/net-spec.ts";
import { batchSizeOf } from "./batch-size.ts";
import { type ChunkLoss, chunkLoss, countedSteps, taughtLoss } from "./chunk-loss.ts";
import type { DataOf } from "./dataset.ts";
import { inputNoise } from "./input-noise.ts";
import { latentLoss } from "./latent-loss.ts";
import { absoluteError, squaredError } from "./loss-term.ts";
import type { Objective } from "./objective.ts";
import { reservoirObjective } from "./reservoir-objective.ts";
import { sequencesOf } from "./sequence-data.ts";
import { sequencePlan } from "./sequence-options.ts";
import { largestShare, type Share, shareOf } from "./share.ts";
import { fedSteps, type Stepping, taughtSteps } from "./stepping.ts";
import type { TrainOptions } from "./train-options.ts";
import { heldWalk, lossOf } from "./walk.ts";
import { windowsOf } from "./windows.ts";

/** Windows of sequences in a new order every epoch, chunk by chunk; each chunk is one step of the optimiser. */
export function sequenceObjective(
  where: string,
  net: SequenceNet,
  data: DataOf<NetSpec>,
  options: TrainOptions,
  share: Share,
): Objective {
  const { validation, noise: deviation = 0, scale = "none", sequence = {} } = options;
  const loss = oneOf(where, "loss", options.loss ?? "mse", ["mse", "relative", "normalised", "mae"]);
  const engine = oneOf(where, "engine", options.engine ?? "wasm", ["wasm", "plain"]);
  const precision = oneOf(where, "precision", options.precision ?? "float64", ["float64", "float32"]);
  nonNegative(where, "noise", deviation);
  const { sequences, scaling } = sequencesOf(where, net, data, loss, scale);
  const plan = sequencePlan(where, net, sequence, sequences.times - 1);
  const walk = { sequences, frames: windowsOf(sequences, plan), plan };
  const same = scaling === undefined ? "none" : { inputs: scaling.inputs };
  const held =
    validation === undefined
      ? undefined
      : heldWalk(where, sequencesOf("train: validation", net, validation, loss, same).sequences, plan);
  const { random } = share;
  const batchSize = batchSizeOf(where, options.batchSize, walk.frames.length);
  const rows = largestShare(batchSize, share);
  const noise = inputNoise(deviation, random);

  const fed = plan.alone || sequence.sampling !== undefined;
  const steps = fed ? 1 : plan.bptt;
  const sizes = { rows, steps, engine, precision, trainable: true, inputGradient: fed };
  if (net.kind === "reservoir") {
    if (loss === "mae")
      throw new RangeError(`${where}: loss must not be "mae" for a reservoir, which least squares solve`);
    if (options.weightDecay !== undefined && options.weightDecay !== 0) {
      throw new RangeError(`${where}: weightDecay must be left out for a reservoir; give sequence.ridge`);
    }
    const network = reservoirNetwork(net, sizes);
    const judge = taughtLoss(network, plan.warmUp, undefined);
    return reservoirObjective(where, net, network, judge, { walk, held, scaling, noise });
  }
  const term = loss === "mae" ? absoluteError : squaredError;
  const stepsOfNet = (network: SequenceNetwork): Stepping =>
    fed ? fedSteps(network, { ...plan, random }) : taughtSteps(network);
  const chunksOf = (): ChunkLoss => {
    if (net.kind !== "latentNet") return chunkLoss(stepsOfNet(sequenceNetwork(net, sizes)), plan.warmUp, noise, term);
    const latent = latentNetwork(net, { ...sizes, steps: plan.bptt, single: fed }, sequenceNetwork);
    return latentLoss(latent, stepsOfNet(latent.propagator), plan.terms, plan.warmUp, noise, term);
  };
  const chunks = chunksOf();
  const { network } = chunks;

  const { carry, bptt, warmUp, own } = plan;
  const perWindow = Math.ceil(carry / bptt);
  const order = walk.frames.slice();
  const batch = { sequences, frames: new Int32Array(rows), rows, of: batchSize };
  /** The windows of a step, of those of the batch this share. */
  const firstOf = (index: number): number => Math.floor(index / perWindow) * batchSize;
  const batchOf = (index: number): number => Math.min(batchSize, order.length - firstOf(index));
  const windows = (index: number): readonly [from: number, to: number] => {
    const [from, to] = shareOf(batchOf(index), share);
    return [firstOf(index) + from, firstOf(index) + to];
  };
  const rowsOf = (index: number): number => {
    const [from, to] = windows(index);
    return to - from;
  };
  const stepsOf = (index: number): number => Math.min(bptt, carry - (index % perWindow) * bptt);
  const fromOf = (index: number): number => (index % perWindow) * bptt;
  let probability = 0;
  return {
    engine: network.engine,
    kernels: network.kernels,
    parameters: network.parameters,
    gradient: network.gradient,
    scaling,
    steps: Math.ceil(order.length / batchSize) * perWindow,
    samples: order.length * (carry - warmUp),
    order,
    begin(epoch) {
      shuffle(order, random);
      noise?.begin();
      probability = own(epoch);
    },
    step(index) {
      const from = fromOf(index);
      if (from === 0) {
        const [first, behind] = windows(index);
        batch.rows = behind - first;
        batch.of = batchOf(index);
        for (let r = 0; r < batch.rows; r++) batch.frames[r] = order[first + r]!;
        chunks.start();
      }
      if (batch.rows === 0) {
        network.gradient.fill(0);
        return 0;
      }
      return chunks.value(batch, { from, steps: stepsOf(index), backward: true, own: probability });
    },
    samplesOf: (index) => rowsOf(index) * countedSteps(fromOf(index), stepsOf(index), warmUp),
    workOf: (index) => (fed ? 4 : 3) * rowsOf(index) * stepsOf(index) * network.gradient.length,
    validate: () => (held === undefined ? undefined : lossOf(chunks, held)),
  };
}
