import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { differenceError, distance, lossInChunks } from "../../test/chunk-check.ts";
import type { SequenceNetwork } from "../network/sequence-network.ts";
import { sequenceNetwork } from "../network/sequence-network-of.ts";
import { drawWeights } from "../spec/init.ts";
import { linearMemory } from "../spec/linear-memory.ts";
import { mlpPropagator } from "../spec/mlp-propagator.ts";
import { layoutOf } from "../spec/net-spec.ts";
import { gru, lstm } from "../spec/recurrent-net.ts";
import type { SequenceNet } from "../spec/sequence-net.ts";
import { type ChunkLoss, chunkLoss, taughtLoss, type WindowBatch } from "./chunk-loss.ts";
import { sequencesOf } from "./sequence-data.ts";
import { type Feeding, fedSteps } from "./stepping.ts";

const smooth = [
  { units: 4, activation: "tanh" },
  { units: 2, activation: "linear" },
] as const;
const NETS: readonly [string, SequenceNet][] = [
  ["gru", gru({ channels: 2, units: 3 })],
  [
    "gru, reset before, two layers, forcing, increments",
    gru({ channels: 2, forcing: 1, units: 3, layers: 2, reset: "before", residual: true }),
  ],
  ["lstm", lstm({ channels: 2, units: 3, readout: smooth })],
  ["lstm of two layers, increments", lstm({ channels: 2, forcing: 2, units: 3, layers: 2, residual: true })],
  ["mlpPropagator", mlpPropagator({ channels: 2, forcing: 1, layers: smooth })],
  ["mlpPropagator without increments", mlpPropagator({ channels: 2, layers: smooth, residual: false })],
  ["linearMemory", linearMemory({ channels: 2, forcing: 1, memories: 3, layers: smooth })],
  [
    "linearMemory of one channel",
    linearMemory({ channels: 1, memories: 2, layers: [{ units: 1, activation: "tanh" }] }),
  ],
];

/** The loss of a net that reads its own predictions. */
const fedLoss = (network: SequenceNetwork, feeding: Feeding): ChunkLoss =>
  chunkLoss(fedSteps(network, feeding), feeding.warmUp, undefined);

const ROWS = 3;
const STEPS = 7;

/** A net with seeded numbers, two windows of seeded sequences in room for three, and a starting memory that is not zero. */
function problem(spec: SequenceNet, seed = 3) {
  const source = random(seed);
  const draws = (length: number): Float64Array => Float64Array.from({ length }, () => 2 * source() - 1);
  const times = 9;
  const { sequences } = sequencesOf(
    "test",
    spec,
    {
      values: draws(2 * times * spec.channels),
      times,
      ...(spec.forcing > 0 ? { forcing: draws(2 * times * spec.forcing) } : {}),
      weights: [1, 3],
    },
    "mse",
    "none",
  );
  const layout = layoutOf(spec);
  const numbers = new Float64Array(layout.numbers);
  drawWeights(layout, source, numbers);
  // Biases that start at zero are moved, so that their part is seen, and dampings away from the kink of |d|.
  for (let i = 0; i < numbers.length; i++) if (Math.abs(numbers[i]!) < 0.01) numbers[i] = 0.01 + 0.5 * source();
  const batch: WindowBatch = { sequences, frames: Int32Array.of(1, times, 0), rows: 2 };
  return { batch, numbers, memories: draws };
}

const options = { rows: ROWS, engine: "wasm", precision: "float64", trainable: true } as const;
const taught = (spec: SequenceNet, warmUp = 0): ChunkLoss =>
  taughtLoss(sequenceNetwork(spec, { ...options, steps: STEPS, inputGradient: false }), warmUp, undefined);
const fed = (
  spec: SequenceNet,
  feeding: { warmUp?: number; alone?: boolean; through?: boolean; seed?: number },
): ChunkLoss =>
  fedLoss(sequenceNetwork(spec, { ...options, steps: 1, inputGradient: true }), {
    bptt: STEPS,
    warmUp: 0,
    alone: false,
    through: true,
    random: random(feeding.seed ?? 1),
    ...feeding,
  });

/** The largest error of the gradient against central differences of fourth order, relative to the largest component. */
function gradientError(
  make: () => ChunkLoss,
  { batch, numbers, memories }: ReturnType<typeof problem>,
  own = 0,
): number {
  const pass = { from: 0, steps: STEPS, backward: true, own };
  const start = make();
  const memory = start.network.state.map(({ values }) => memories(values.length));
  /** Each evaluation draws anew what the first one drew. */
  const value = (shifted: Float64Array): { loss: number; gradient: Float64Array } => {
    const loss = make();
    loss.network.parameters.set(shifted);
    loss.start();
    loss.network.state.forEach(({ values }, p) => values.set(memory[p]!));
    return { loss: loss.value(batch, pass), gradient: Float64Array.from(loss.network.gradient) };
  };
  const { gradient } = value(numbers);
  return differenceError((shifted) => value(shifted).loss, gradient, numbers, 1e-3);
}

// With h = 1e-3 and losses of order 1 the differences have a truncation of 1e-12 times a fifth derivative, and 1e-13 rounding.
describe("gradients of losses of sequences", () => {
  it.each(NETS)("of one-step predictions are those of the loss: %s", (_name, spec) => {
    expect(gradientError(() => taught(spec), problem(spec))).toBeLessThan(1e-8);
    expect(gradientError(() => taught(spec, 3), problem(spec))).toBeLessThan(1e-8);
  });

  it.each(NETS)("of rollouts go through the predictions that are read: %s", (_name, spec) => {
    expect(gradientError(() => fed(spec, { alone: true, warmUp: 2 }), problem(spec), 1)).toBeLessThan(1e-8);
    // Scheduled sampling with the same draws each time.
    expect(gradientError(() => fed(spec, {}), problem(spec), 0.5)).toBeLessThan(1e-8);
  });

  it("stop at predictions that were read, where they are told to", () => {
    // Without a memory, a chunk of one step has nothing behind it, so chunks of one step sum up to that gradient.
    const spec = mlpPropagator({ channels: 2, layers: smooth });
    const { batch, numbers } = problem(spec);
    const sum = new Float64Array(numbers.length);
    const single = fed(spec, { alone: true });
    single.network.parameters.set(numbers);
    single.start();
    for (let from = 0; from < STEPS; from++) {
      single.value(batch, { from, steps: 1, backward: true, own: 1 });
      single.network.gradient.forEach((g, i) => (sum[i] = sum[i]! + g / STEPS));
    }
    const gradient = (through: boolean): Float64Array => {
      const whole = fed(spec, { alone: true, through });
      whole.network.parameters.set(numbers);
      whole.start();
      whole.value(batch, { from: 0, steps: STEPS, backward: true, own: 1 });
      return Float64Array.from(whole.network.gradient);
    };
    expect(distance(gradient(false), sum)).toBeLessThan(1e-13);
    expect(distance(gradient(true), sum)).toBeGreaterThan(0.01);
  });

  it("are the same step by step and all steps at once", () => {
    for (const [name, spec] of NETS) {
      const { batch, numbers } = problem(spec);
      const results = [taught(spec, 2), fed(spec, { warmUp: 2 })].map((loss) => {
        loss.network.parameters.set(numbers);
        loss.start();
        const value = loss.value(batch, { from: 0, steps: STEPS, backward: true, own: 0 });
        return { value, gradient: Float64Array.from(loss.network.gradient) };
      });
      // The sums of a gradient are taken in another order.
      expect(results[0]!.value, name).toBeCloseTo(results[1]!.value, 14);
      expect(distance(results[0]!.gradient, results[1]!.gradient), name).toBeLessThan(1e-13);
    }
  });

  it("have the same bits on WebAssembly and on its plain twin, and agree in float32 to its rounding", () => {
    for (const [name, spec] of NETS) {
      const { batch, numbers } = problem(spec);
      const run = (engine: "wasm" | "plain", precision: "float64" | "float32") => {
        const sizes = { ...options, steps: 1, inputGradient: true, engine, precision };
        const feeding = { bptt: STEPS, warmUp: 1, alone: true, through: true, random: random(1) };
        const loss = fedLoss(sequenceNetwork(spec, sizes), feeding);
        expect(loss.network.engine).toBe(engine);
        loss.network.parameters.set(numbers);
        loss.start();
        return [loss.value(batch, { from: 0, steps: STEPS, backward: true, own: 1 }), ...loss.network.gradient];
      };
      const exact = run("wasm", "float64");
      expect(run("plain", "float64"), name).toEqual(exact);
      expect(distance(run("wasm", "float32"), exact), name).toBeLessThan(1e-5);
      expect(run("plain", "float32"), name).toEqual(run("wasm", "float32"));
    }
  });
});

describe("the memory of a net", () => {
  it("is handed from chunk to chunk: the losses of chunks make up that of the whole", () => {
    for (const [name, spec] of NETS) {
      const { batch, numbers } = problem(spec);
      for (const make of [() => taught(spec, 2), () => fed(spec, { alone: true, warmUp: 2 })]) {
        const loss = make();
        loss.network.parameters.set(numbers);
        const value = (cuts: readonly number[]): number => lossInChunks(loss, batch, cuts, 2);
        expect(value([3, 5, STEPS]), name).toBeCloseTo(value([STEPS]), 14);
        // The first chunk lies in the warm-up as a whole.
        expect(value([1, STEPS]), name).toBeCloseTo(value([STEPS]), 14);
      }
    }
  });
});
