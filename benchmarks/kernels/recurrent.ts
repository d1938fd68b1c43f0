import { gruLayer, kernelEngine, lstmLayer, recurrentLayerBytes } from "@hml/kernels";
import { median } from "../lib/bench.ts";
import type { Timed, Use } from "./ours.ts";

/** A recurrent layer, trained on chunks or, with one row and one step, rolled out. */
export interface RecurrentRun {
  readonly kind: "gru" | "lstm";
  readonly inputs: number;
  readonly units: number;
  readonly steps: number;
  readonly rows: number;
}

/** Latent nets of the LED papers' sizes; a step is one of a rollout. */
export const recurrentRuns: Readonly<Record<string, RecurrentRun>> = {
  gru200_step: { kind: "gru", inputs: 8, units: 200, steps: 1, rows: 1 },
  lstm50_t30_b32: { kind: "lstm", inputs: 8, units: 50, steps: 30, rows: 32 },
  gru200_t125_b32: { kind: "gru", inputs: 8, units: 200, steps: 125, rows: 32 },
};

/** Steps of a rollout that are timed together. */
const ROLLOUT = 100;

/** A rollout from a zero state, per step; or forward and the gradients of L = sum of squares / 2. All in float32. */
export function recurrent(run: RecurrentRun, use: Use): Timed {
  const { kind, ...sizes } = run;
  const rollout = run.steps === 1;
  const shape = { ...sizes, precision: "float32", gradient: rollout ? "none" : "parameters" } as const;
  const engine = kernelEngine({ use, bytes: recurrentLayerBytes(kind, shape) });
  const layer = kind === "gru" ? gruLayer(engine, shape) : lstmLayer(engine, shape);
  const width = (kind === "gru" ? 3 : 4) * run.units;
  const size = 1 / Math.sqrt(run.units);
  layer.setParameters({
    inputWeights: scattered(width * run.inputs, 1, size),
    stateWeights: scattered(width * run.units, 2, size),
    inputBias: scattered(width, 3, size),
    stateBias: scattered(width, 4, size),
  });
  layer.input.set(scattered(layer.input.length, 5, 1));
  const work = (): void => {
    if (rollout) {
      layer.hidden.fill(0);
      for (let k = 0; k < ROLLOUT; k++) layer.step();
      return;
    }
    layer.forward();
    layer.outputGradient!.set(layer.output);
    const { inputWeights, stateWeights, inputBias, stateBias } = layer.parameterGradient!;
    for (const gradient of [inputWeights, stateWeights, inputBias, stateBias]) gradient.fill(0);
    layer.backward();
  };
  return (repeats) => {
    const times: number[] = [];
    for (let r = 0; r < repeats; r++) {
      const start = performance.now();
      work();
      times.push((performance.now() - start) / (rollout ? ROLLOUT : 1));
    }
    const result = rollout ? layer.hidden : layer.parameterGradient!.stateWeights;
    const values = Array.from({ length: 48 }, (_, i) => result[Math.floor((i * result.length) / 48)]!);
    return { ms: median(times), values };
  };
}

/** Numbers within `size` of zero without a pattern, by a formula that both sides have. */
function scattered(length: number, phase: number, size: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => {
    const x = 1e4 * Math.sin(12.9898 * i + phase);
    return size * (2 * (x - Math.floor(x)) - 1);
  });
}
