import { random } from "@hml/integrators";
import {
  autoencoder,
  type DenseLayer,
  fieldCnn,
  gru,
  initialWeights,
  lstm,
  mlp,
  type NetSpec,
  type Weights,
} from "@hml/nets";
import { scattered } from "./problem.ts";

/** Layers of tanh, all of one width. */
function tanhLayers(layers: number, units: number): readonly DenseLayer[] {
  return Array.from({ length: layers }, (): DenseLayer => ({ units, activation: "tanh" }));
}

/** The nets of the benchmark, those of the three studies, by the names that the peers have for them. */
export const networks = {
  dense: mlp({ inputs: 3 }),
  "ae-ks": autoencoder({ inputs: 64, encoder: tanhLayers(5, 50), latentSize: 8 }),
  "ae-fhn": autoencoder({ inputs: 202, encoder: tanhLayers(3, 100), latentSize: 8 }),
  lstm: lstm({ channels: 8, units: 50 }),
  gru: gru({ channels: 8, units: 200 }),
  /** The one form of a GRU that TensorFlow.js has. */
  "gru-before": gru({ channels: 8, units: 200, reset: "before" }),
  field: fieldCnn(),
} as const;

/** Name of a net. */
export type Name = keyof typeof networks;

/** The weights from which everybody starts: by a formula, biases at zero, batch norms as they start anyway. */
export function startOf(spec: NetSpec): Weights {
  const start = new Map(initialWeights(spec, random(1)));
  let phase = 0;
  for (const [name, { shape, data }] of start) {
    phase++;
    if (shape.length === 1) {
      if (!isNorm(name)) start.set(name, { shape, data: data.map(() => 0) as typeof data });
      continue;
    }
    const kernel = shape.length === 4;
    const fan = kernel ? 9 * shape[2]! : shape[1]!;
    const drawn = scattered(data.length, phase, 1 / Math.sqrt(fan));
    start.set(name, { shape, data: kernel ? channelsLast(drawn, shape[2]!, shape[3]!) : drawn });
  }
  return start;
}

function isNorm(name: string): boolean {
  return !/(^|\.)bias|\.bias/.test(name) || name.includes("norm");
}

/** Weights [units, inputs, 3, 3], as PyTorch has them, as [3, 3, inputs, units]. */
function channelsLast(weights: Float64Array, inputs: number, units: number): Float64Array {
  const out = new Float64Array(weights.length);
  for (let u = 0; u < units; u++) {
    for (let i = 0; i < inputs; i++) {
      for (let k = 0; k < 9; k++) out[(k * inputs + i) * units + u] = weights[(u * inputs + i) * 9 + k]!;
    }
  }
  return out;
}
