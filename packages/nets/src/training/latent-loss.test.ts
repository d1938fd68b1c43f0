import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { differenceError, distance, lossInChunks } from "../../test/chunk-check.ts";
import { encoderNetwork } from "../network/coder-network.ts";
import { latentNetwork } from "../network/latent-network.ts";
import { sequenceNetwork } from "../network/sequence-network-of.ts";
import { autoencoder } from "../spec/autoencoder.ts";
import { convolutionalAutoencoder } from "../spec/convolutional-autoencoder.ts";
import { drawWeights } from "../spec/init.ts";
import { coderNumbers, type LatentNet, latentNet } from "../spec/latent-net.ts";
import { linearMemory } from "../spec/linear-memory.ts";
import { mlpPropagator } from "../spec/mlp-propagator.ts";
import { layoutOf } from "../spec/net-spec.ts";
import { gru, lstm } from "../spec/recurrent-net.ts";
import { type ChunkLoss, taughtLoss, type WindowBatch } from "./chunk-loss.ts";
import { latentLoss } from "./latent-loss.ts";
import { sequencesOf } from "./sequence-data.ts";
import type { LatentTerms } from "./sequence-options.ts";
import { fedSteps, taughtSteps } from "./stepping.ts";

const coder = autoencoder({ inputs: 5, encoder: [{ units: 4, activation: "tanh" }], latentSize: 2 });
const layers = [
  { units: 4, activation: "tanh" },
  { units: 2, activation: "linear" },
] as const;
const NETS: readonly [string, LatentNet][] = [
  ["gru", latentNet({ coder, propagator: gru({ channels: 2, units: 3 }) })],
  [
    "lstm, increments, forcing",
    latentNet({ coder, propagator: lstm({ channels: 2, forcing: 1, units: 3, residual: true }) }),
  ],
  ["mlpPropagator", latentNet({ coder, propagator: mlpPropagator({ channels: 2, layers }) })],
  ["linearMemory", latentNet({ coder, propagator: linearMemory({ channels: 2, memories: 2, layers }) })],
  [
    "convolutional",
    latentNet({
      coder: convolutionalAutoencoder({ points: 4, latentSize: 2, widths: [2], kernel: 3, activation: "tanh" }),
      propagator: gru({ channels: 2, units: 3 }),
    }),
  ],
];

const ROWS = 3;
const STEPS = 6;
const EVEN: LatentTerms = { reconstruction: 1, consistency: 1, forecast: 1 };

interface Way {
  readonly terms?: LatentTerms;
  readonly warmUp?: number;
  /** Whether the net reads its own codes: all of them behind the warm-up, or some. */
  readonly fed?: "alone" | "sometimes";
  readonly engine?: "wasm" | "plain";
  readonly precision?: "float64" | "float32";
}

function lossOf(
  spec: LatentNet,
  { terms = EVEN, warmUp = 0, fed, engine = "wasm", precision = "float64" }: Way,
): ChunkLoss {
  const options = { rows: ROWS, steps: STEPS, engine, precision, trainable: true, single: fed !== undefined };
  const network = latentNetwork(spec, options, sequenceNetwork);
  const feeding = { bptt: STEPS, warmUp, alone: fed === "alone", through: true, random: random(1) };
  const stepping = fed === undefined ? taughtSteps(network.propagator) : fedSteps(network.propagator, feeding);
  return latentLoss(network, stepping, terms, warmUp, undefined);
}

/** A net with seeded numbers, and two windows of seeded sequences of unlike weights in room for three. */
function problem(spec: LatentNet) {
  const source = random(3);
  const draws = (length: number): Float64Array => Float64Array.from({ length }, () => 2 * source() - 1);
  const times = 8;
  const forcing = spec.forcing > 0 ? { forcing: draws(2 * times * spec.forcing) } : {};
  const data = { values: draws(2 * times * spec.channels), times, weights: [1, 3], ...forcing };
  const { sequences } = sequencesOf("test", spec, data, "mse", "none");
  const layout = layoutOf(spec);
  const numbers = new Float64Array(layout.numbers);
  drawWeights(layout, source, numbers);
  // Biases that start at zero are moved, so that their part is seen, and dampings away from the kink of |d|.
  for (let i = 0; i < numbers.length; i++) if (Math.abs(numbers[i]!) < 0.01) numbers[i] = 0.01 + 0.5 * source();
  const batch: WindowBatch = { sequences, frames: Int32Array.of(1, times, 0), rows: 2 };
  return { batch, numbers };
}

/** The loss of one chunk from rest, with its gradient. */
function evaluate(spec: LatentNet, way: Way, batch: WindowBatch, numbers: Float64Array) {
  const loss = lossOf(spec, way);
  loss.network.parameters.set(numbers);
  loss.start();
  const own = way.fed === "alone" ? 1 : way.fed === "sometimes" ? 0.5 : 0;
  const value = loss.value(batch, { from: 0, steps: STEPS, backward: true, own });
  return { value, gradient: Float64Array.from(loss.network.gradient) };
}

/** The largest error of the gradient against central differences of fourth order, relative to the largest component. */
function gradientError(spec: LatentNet, way: Way): number {
  const { batch, numbers } = problem(spec);
  const { gradient } = evaluate(spec, way, batch, numbers);
  return differenceError((shifted) => evaluate(spec, way, batch, shifted).value, gradient, numbers, 3e-4);
}

// With h = 3e-4 and losses of order 1 the differences have a truncation of 1e-14 times a fifth derivative, which a rollout
// without damping brings to 1e-9, and a rounding of 1e-12.
describe("the gradient of the loss of a latent net", () => {
  it.each(NETS)("is that of the loss, through coder and propagator: %s", (_name, spec) => {
    expect(gradientError(spec, {})).toBeLessThan(1e-8);
    expect(gradientError(spec, { warmUp: 2, fed: "alone" })).toBeLessThan(1e-8);
  });

  it("is so for each of its terms, and for codes of which some are the net's own", () => {
    const [, spec] = NETS[1]!;
    for (const term of ["reconstruction", "consistency", "forecast"] as const) {
      const terms = { reconstruction: 0, consistency: 0, forecast: 0, [term]: 2 };
      expect(gradientError(spec, { terms, warmUp: 1 }), term).toBeLessThan(1e-8);
    }
    expect(gradientError(spec, { fed: "sometimes" })).toBeLessThan(1e-8);
  });

  it("is the same step by step and all steps at once", () => {
    for (const [name, spec] of NETS) {
      const { batch, numbers } = problem(spec);
      const feeding = { bptt: STEPS, warmUp: 2, alone: false, through: true, random: random(1) };
      const single = latentNetwork(
        spec,
        { rows: ROWS, steps: STEPS, engine: "wasm", precision: "float64", trainable: true, single: true },
        sequenceNetwork,
      );
      const loss = latentLoss(single, fedSteps(single.propagator, feeding), EVEN, 2, undefined);
      loss.network.parameters.set(numbers);
      loss.start();
      const value = loss.value(batch, { from: 0, steps: STEPS, backward: true, own: 0 });
      const whole = evaluate(spec, { warmUp: 2 }, batch, numbers);
      // The sums of a gradient are taken in another order.
      expect(value, name).toBeCloseTo(whole.value, 14);
      expect(distance(loss.network.gradient, whole.gradient), name).toBeLessThan(1e-13);
    }
  });

  it("has the same bits on WebAssembly and on its plain twin, and agrees in float32 to its rounding", () => {
    for (const [name, spec] of NETS) {
      const { batch, numbers } = problem(spec);
      const run = (way: Way): number[] => {
        const { value, gradient } = evaluate(spec, { ...way, fed: "alone", warmUp: 1 }, batch, numbers);
        return [value, ...gradient];
      };
      const exact = run({});
      expect(run({ engine: "plain" }), name).toEqual(exact);
      expect(distance(run({ precision: "float32" }), exact), name).toBeLessThan(1e-5);
    }
  });
});

describe("the loss of a latent net", () => {
  it("is the weighted mean of its terms, each as written down by hand", () => {
    const [, spec] = NETS[2]!;
    const { batch, numbers } = problem(spec);
    const single = (name: keyof LatentTerms): number => {
      const terms = { reconstruction: 0, consistency: 0, forecast: 0, [name]: 1 };
      return evaluate(spec, { terms }, batch, numbers).value;
    };
    const terms = { reconstruction: 3, consistency: 0.5, forecast: 1.5 };
    const parts = (3 * single("reconstruction") + 0.5 * single("consistency") + 1.5 * single("forecast")) / 5;
    expect(evaluate(spec, { terms }, batch, numbers).value).toBeCloseTo(parts, 14);

    // A propagator without memory, so that every term is a sum over frames; dense layers by plain loops.
    const at = new Map(layoutOf(spec).tensors.map((place) => [place.name, place]));
    const layer = (name: string, x: readonly number[], f: (s: number) => number): number[] => {
      const [weight, bias] = [at.get(`${name}.weight`)!, at.get(`${name}.bias`)!];
      return Array.from({ length: weight.shape[0]! }, (_, u) =>
        f(x.reduce((sum, value, i) => sum + numbers[weight.at + u * x.length + i]! * value, numbers[bias.at + u]!)),
      );
    };
    const linear = (s: number): number => s;
    const encode = (x: readonly number[]) =>
      layer("coder.encoder.layers.1", layer("coder.encoder.layers.0", x, Math.tanh), linear);
    const decode = (z: readonly number[]) =>
      layer("coder.decoder.layers.1", layer("coder.decoder.layers.0", z, Math.tanh), linear);
    const move = (z: readonly number[]) =>
      layer("propagator.layers.1", layer("propagator.layers.0", z, Math.tanh), linear).map((value, j) => value + z[j]!);
    const { values, weights } = batch.sequences;
    const sums = { reconstruction: 0, consistency: 0, forecast: 0 };
    const squares = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, value, i) => sum + (value - b[i]!) * (value - b[i]!), 0) / a.length;
    for (let r = 0; r < 2; r++) {
      const state = (t: number): number[] => [
        ...values.subarray((batch.frames[r]! + t) * 5, (batch.frames[r]! + t + 1) * 5),
      ];
      for (let t = 0; t < STEPS; t++) {
        const [x, z, p] = [state(t + 1), encode(state(t + 1)), move(encode(state(t)))];
        const share = weights[r]! / (2 * STEPS);
        sums.reconstruction += share * squares(decode(z), x);
        sums.consistency += share * squares(p, z);
        sums.forecast += share * squares(decode(p), x);
      }
    }
    for (const name of ["reconstruction", "consistency", "forecast"] as const) {
      expect(single(name), name).toBeCloseTo(sums[name], 13);
    }
  });

  it("of consistency alone moves the propagator as training on the codes of a frozen coder does", () => {
    for (const [name, spec] of NETS) {
      const { batch, numbers } = problem(spec);
      const terms = { reconstruction: 0, consistency: 1, forecast: 0 };
      const { value, gradient } = evaluate(spec, { terms, warmUp: 1 }, batch, numbers);
      const split = coderNumbers(spec);
      const { values, forces, times, count } = batch.sequences;
      const encoder = encoderNetwork(spec.coder, 1, {
        rows: count * times,
        engine: "wasm",
        precision: "float64",
        trainable: false,
        parameters: numbers.subarray(0, split),
      });
      encoder.update();
      encoder.input.set(values);
      encoder.forward(count * times);
      const codes = { values: Float64Array.from(encoder.output), times, weights: [1, 3] };
      const data = spec.forcing > 0 ? { ...codes, forcing: forces } : codes;
      const { sequences } = sequencesOf("test", spec.propagator, data, "mse", "none");
      const options = { rows: ROWS, steps: STEPS, engine: "wasm", precision: "float64", trainable: true } as const;
      const frozen = taughtLoss(sequenceNetwork(spec.propagator, { ...options, inputGradient: false }), 1, undefined);
      frozen.network.parameters.set(numbers.subarray(split));
      frozen.start();
      const pass = { from: 0, steps: STEPS, backward: true, own: 0 };
      expect(frozen.value({ ...batch, sequences }, pass), name).toBeCloseTo(value, 14);
      expect(distance(frozen.network.gradient, gradient.subarray(split)), name).toBeLessThan(1e-13);
    }
  });

  it("hands its memory from chunk to chunk: the losses of chunks make up that of the whole", () => {
    for (const [name, spec] of NETS) {
      const { batch, numbers } = problem(spec);
      for (const way of [{ warmUp: 2 }, { warmUp: 2, fed: "alone" }] as const) {
        const loss = lossOf(spec, way);
        loss.network.parameters.set(numbers);
        const value = (cuts: readonly number[]): number => lossInChunks(loss, batch, cuts, 2);
        expect(value([3, 4, STEPS]), name).toBeCloseTo(value([STEPS]), 14);
      }
    }
  });
});
