import { prepareTfjs, toLayersModel } from "@hml/nets/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { median } from "../lib/bench.ts";
import type { Measured, Peer } from "../lib/peer.ts";
import { type Name, networks } from "./networks.ts";
import { FIELD, spread, timesOf, withStart } from "./ours.ts";
import { scattered } from "./problem.ts";

/**
 * TensorFlow.js in this process, the same nets from the same weights: `train:<net>:<batch>` by `trainOnBatch`, which is what
 * `fit` calls, and `infer:<net>:<batch>` by `predictOnBatch`, both until the numbers are there.
 */
export function tfjsPeer(backend: "cpu" | "wasm"): Peer {
  return {
    async run(task, epochs, steps) {
      await prepareTfjs(backend);
      const [kind, name, size] = task.split(":") as ["train" | "infer", Name, string];
      return (kind === "train" ? trained : inferred)(name, Number(size), epochs, steps);
    },
    close() {},
  };
}

async function trained(name: Name, size: number, epochs: number, steps: number): Promise<Measured> {
  const model = build(name);
  model.compile({ optimizer: tf.train.adam(1e-3, 0.9, 0.999, 1e-8), loss: "meanSquaredError" });
  const data = Array.from({ length: steps }, (_, step) => batch(name, size, step));
  const times: number[] = [];
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const start = performance.now();
    let total = 0;
    for (const [x, y] of data) total += Number(await model.trainOnBatch(x, y));
    times.push((performance.now() - start) / steps);
    losses.push(total / steps);
  }
  tf.dispose(data);
  model.dispose();
  return { ms: median(times), values: losses };
}

async function inferred(name: Name, size: number, calls: number, steps: number): Promise<Measured> {
  const model = build(name);
  const [x, y] = batch(name, size, 0);
  y.dispose();
  const times: number[] = [];
  let out: ArrayLike<number> = [];
  for (let call = 0; call < calls; call++) {
    const start = performance.now();
    for (let step = 0; step < steps; step++) {
      const answer = model.predictOnBatch(x) as tf.Tensor;
      out = await answer.data();
      answer.dispose();
    }
    times.push((performance.now() - start) / steps);
  }
  x.dispose();
  model.dispose();
  return { ms: median(times), values: spread(out) };
}

function build(name: Name): LayersModel {
  return toLayersModel(withStart(networks[name]));
}

/** Inputs and targets of a step. */
function batch(name: Name, size: number, step: number): [tf.Tensor, tf.Tensor] {
  const tensor = (shape: number[], phase: number): tf.Tensor => {
    const length = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(Float32Array.from(scattered(length, phase + step, 1)), shape);
  };
  switch (name) {
    case "dense":
      return [tensor([size, 3], 100), tensor([size, 1], 200)];
    case "ae-ks":
    case "ae-fhn":
      return [tensor([size, networks[name].inputs], 100), tensor([size, networks[name].inputs], 100)];
    case "lstm":
    case "gru":
    case "gru-before": {
      const times = timesOf(name);
      const whole = tensor([size, times, 8], 100);
      const pair: [tf.Tensor, tf.Tensor] = [
        tf.slice(whole, [0, 0, 0], [size, times - 1, 8]),
        tf.slice(whole, [0, 1, 0], [size, times - 1, 8]),
      ];
      whole.dispose();
      return pair;
    }
    case "field":
      return [tensor([size, FIELD, FIELD, 1], 100), tensor([size, FIELD, FIELD, 1], 200)];
  }
}
