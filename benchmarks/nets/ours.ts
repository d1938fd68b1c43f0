import { latentModel, loadNet, type NetSpec, saveNet, train, type Trained, type TrainOptions } from "@hml/nets";
import { trainOnThreads } from "@hml/nets/threads";
import { median } from "../lib/bench.ts";
import type { Measured } from "../lib/peer.ts";
import { type Name, networks, startOf } from "./networks.ts";
import { batches, inOrder, scattered } from "./problem.ts";

/** Trains a net from the common start, a step a batch, by the public functions; a time is that of a step, from epoch to epoch. */
export async function trained(name: Name, size: number, epochs: number, steps: number, threads = 1): Promise<Measured> {
  const spec: NetSpec = networks[name];
  const ends: number[] = [];
  const data = dataOf(name, size, steps);
  const options: TrainOptions = {
    // One epoch more, whose end starts the clock.
    epochs: epochs + 1,
    batchSize: size,
    learningRate: 1e-3,
    precision: "float32",
    start: startOf(spec),
    random: inOrder,
    ...(name === "lstm" || name.startsWith("gru") ? { sequence: { bptt: timesOf(name) - 1 } } : {}),
    onProgress: () => void ends.push(performance.now()),
  };
  const net = await (threads === 1
    ? train(spec, data, options)
    : trainOnThreads(spec, data, { ...options, workers: threads, shards: threads }));
  const times = ends.slice(1).map((end, epoch) => (end - ends[epoch]!) / steps);
  return { ms: median(times), values: Array.from(net.history.loss.subarray(0, epochs)) };
}

/** `steps` batches of `size` samples. */
function dataOf(name: Name, size: number, steps: number) {
  switch (name) {
    case "dense":
      return batches(size, steps, 3, 1);
    case "ae-ks":
    case "ae-fhn":
      return { inputs: batches(size, steps, networks[name].inputs, 1).inputs };
    case "lstm":
    case "gru":
    case "gru-before": {
      const times = timesOf(name);
      return { values: batches(size, steps, times * 8, 1).inputs, times };
    }
    case "field":
      return { ...batches(size, steps, FIELD * FIELD, FIELD * FIELD), points: [FIELD, FIELD] };
  }
}

/** Points along each axis of a field. */
export const FIELD = 128;

/** Times of a sequence: one more than the steps of a chunk. */
export function timesOf(name: Name): number {
  return name === "lstm" ? 31 : 126;
}

/** Asks a net with the common start for its answers; the values are spread over them. */
export function inferred(name: "dense" | "field", size: number, calls: number, steps: number): Measured {
  const net = withStart(networks[name]);
  const points = name === "field" ? [FIELD, FIELD] : undefined;
  const x = scattered(size * (name === "field" ? FIELD * FIELD : 3), 100, 1);
  const out = new Float64Array(name === "field" ? x.length : size);
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    const start = performance.now();
    for (let step = 0; step < steps; step++) net.predict(x, out, points);
    times.push((performance.now() - start) / steps);
  }
  return { ms: median(times), values: spread(out) };
}

/** Rolls the GRU out, every answer the next input; a time is that of a step. The values are the last code. */
export function rolledOut(calls: number, steps: number): Measured {
  const propagator = { ...withStart(networks.gru), spec: networks.gru };
  const model = latentModel({ propagator, dt: 1 });
  const z = new Float64Array(8);
  const state = model.initial();
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    z.set(scattered(8, 100, 0.1));
    state.fill(0);
    const start = performance.now();
    for (let step = 0; step < steps; step++) model.step(z, state, z);
    times.push((performance.now() - start) / steps);
  }
  return { ms: median(times), values: Array.from(z) };
}

/** The net as if it had been trained to the common start. */
export function withStart(spec: NetSpec): Trained {
  return loadNet(saveNet({ spec, precision: "float32", scaling: undefined, weights: () => startOf(spec) }));
}

/** At most 48 numbers of an array. */
export function spread(values: ArrayLike<number>): number[] {
  const count = Math.min(48, values.length);
  return Array.from({ length: count }, (_, i) => values[Math.floor((i * values.length) / count)]!);
}
