import { IntegrationError, random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { initialWeights } from "../files/initial-weights.ts";
import type { Weights } from "../files/weights.ts";
import { linearMemory } from "../spec/linear-memory.ts";
import { mlpPropagator } from "../spec/mlp-propagator.ts";
import { gru, lstm } from "../spec/recurrent-net.ts";
import { reservoir } from "../spec/reservoir.ts";
import type { SequenceNet } from "../spec/sequence-net.ts";
import { coarseModel, warmUp } from "./coarse-model.ts";
import { latentEnsemble } from "./latent-ensemble.ts";
import { type LatentModel, latentModel, type TrainedPropagator } from "./latent-model.ts";

const NETS: readonly [string, SequenceNet, number][] = [
  ["gru", gru({ channels: 2, units: 5 }), 5],
  ["lstm of two layers with forcing", lstm({ channels: 2, forcing: 1, units: 3, layers: 2, residual: true }), 12],
  ["mlpPropagator", mlpPropagator({ channels: 2 }), 0],
  ["linearMemory", linearMemory({ channels: 2, memories: 4 }), 4],
  ["reservoir", reservoir({ channels: 2, units: 20, residual: true }), 20],
];

/** A net with seeded numbers. */
function seeded(spec: SequenceNet, seed = 1, precision: "float64" | "float32" = "float64"): TrainedPropagator {
  const source = random(seed);
  const weights = initialWeights(spec, source);
  // The read-out of a reservoir starts at zero.
  const some = new Map(
    [...weights].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((v) => v || 0.1 * (source() - 0.5)) },
    ]),
  );
  const own: Weights = some;
  return { spec, precision, weights: () => own };
}

const draws = (length: number, seed: number): Float64Array => {
  const source = random(seed);
  return Float64Array.from({ length }, () => 2 * source() - 1);
};

/** Steps a model alone. */
function go(model: LatentModel, z: Float64Array, state: Float64Array, steps: number, forces?: Float64Array): void {
  for (let k = 0; k < steps; k++) model.step(z, state, z, forces);
}

describe("a latent model", () => {
  it.each(NETS)("steps members side by side as each alone, to the bit: %s", (_name, spec, stateSize) => {
    const model = latentModel({ propagator: seeded(spec), dt: 0.5, members: 3 });
    expect(model.stateSize).toBe(stateSize);
    expect([model.latentSize, model.size, model.dt, model.forcing]).toEqual([2, 2, 0.5, spec.forcing]);
    const [z, state] = [draws(6, 2), model.initial()];
    state.set(draws(3 * stateSize, 3));
    const forces = spec.forcing === 0 ? undefined : draws(3, 4);
    const alone = [0, 1, 2].map((m) => ({
      z: z.slice(2 * m, 2 * m + 2),
      state: state.slice(m * stateSize, (m + 1) * stateSize),
      forces: forces?.slice(m, m + 1),
    }));
    go(model, z, state, 5, forces);
    for (const [m, member] of alone.entries()) {
      go(model, member.z, member.state, 5, member.forces);
      expect(z.slice(2 * m, 2 * m + 2)).toEqual(member.z);
      expect(state.slice(m * stateSize, (m + 1) * stateSize)).toEqual(member.state);
    }
  });

  it.each(NETS)("goes on from a copy of its memory: %s", (_name, spec, stateSize) => {
    const model = latentModel({ propagator: seeded(spec, 1, "float32"), dt: 1 });
    const forces = spec.forcing === 0 ? undefined : draws(1, 4);
    const [z, state] = [draws(2, 2), model.initial()];
    go(model, z, state, 4, forces);
    const copy = { z: z.slice(), state: state.slice() };
    go(model, z, state, 4, forces);
    // Another user of the model in between changes nothing.
    go(model, draws(2, 9), draws(stateSize, 9), 3, forces);
    go(model, copy.z, copy.state, 4, forces);
    expect(copy).toEqual({ z, state });
  });

  it("is the recursion h = (1 - z) n + z h, written out", () => {
    const spec = gru({ channels: 1, units: 1 });
    const number = (value: number, shape: number[]) => ({
      shape,
      data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(value),
    });
    const weights: Weights = new Map([
      ["weight_ih_l0", number(0.3, [3, 1])],
      ["weight_hh_l0", number(-0.4, [3, 1])],
      ["bias_ih_l0", number(0.1, [3])],
      ["bias_hh_l0", number(0.2, [3])],
      ["readout.layers.0.weight", number(1.5, [1, 1])],
      ["readout.layers.0.bias", number(-0.2, [1])],
    ]);
    const model = latentModel({ propagator: { spec, precision: "float64", weights: () => weights }, dt: 1 });
    const [code, state] = [Float64Array.of(0.7), model.initial()];
    let [x, h] = [0.7, 0];
    const sigmoid = (s: number): number => 1 / (1 + Math.exp(-s));
    for (let k = 0; k < 6; k++) {
      const gate = sigmoid(0.3 * x + 0.1 - 0.4 * h + 0.2);
      const n = Math.tanh(0.3 * x + 0.1 + gate * (-0.4 * h + 0.2));
      h = (1 - gate) * n + gate * h;
      x = 1.5 * h - 0.2;
      model.step(code, state, code);
      expect(code[0]).toBeCloseTo(x, 14);
      expect(state[0]).toBeCloseTo(h, 14);
    }
  });

  it("steps in units of its own: the scaling is applied and undone", () => {
    const spec = mlpPropagator({ channels: 2 });
    const plain = latentModel({ propagator: seeded(spec), dt: 1 });
    const by = { offset: Float64Array.of(1, -2), scale: Float64Array.of(10, 0.5) };
    const scaled = latentModel({ propagator: { ...seeded(spec), scaling: { inputs: by, targets: by } }, dt: 1 });
    const z = Float64Array.of(0.3, -0.4);
    const u = z.map((value, c) => value * by.scale[c]! + by.offset[c]!);
    go(plain, z, plain.initial(), 3);
    go(scaled, u, scaled.initial(), 3);
    z.forEach((value, c) => expect(u[c]).toBeCloseTo(value * by.scale[c]! + by.offset[c]!, 12));
  });

  it("encodes and decodes members by maps of one, such as a linear one", () => {
    const encoder = {
      latentSize: 2,
      encode: (u: Float64Array, out: Float64Array) => out.set([u[0]! + u[1]!, u[1]! - u[2]!]),
    };
    const decoder = {
      latentSize: 2,
      size: 3,
      decode: (z: Float64Array, out: Float64Array) => out.set([z[0]!, z[1]!, z[0]! * z[1]!]),
    };
    const model = latentModel({ propagator: seeded(gru({ channels: 2, units: 3 })), encoder, decoder, dt: 1 });
    const z = new Float64Array(4);
    model.encode(Float64Array.of(1, 2, 3, 4, 5, 6), z);
    expect([...z]).toEqual([3, -1, 9, -1]);
    const u = new Float64Array(6);
    model.decode(z, u);
    expect([...u]).toEqual([3, -1, -3, 9, -1, -9]);
  });

  it.skipIf("document" in globalThis)("makes no arrays", () => {
    const laws = [1, 2].map((seed) =>
      latentModel({ propagator: seeded(gru({ channels: 2, units: 50 }), seed), dt: 1, members: 4 }),
    );
    const coarse = coarseModel(laws[0]!, { members: 4 });
    const both = latentEnsemble(laws);
    const [z, u, one, two] = [draws(8, 1), draws(8, 2), laws[0]!.initial(), both.initial(4)];
    const all = (): void => {
      laws[0]!.step(z, one, z);
      both.step(z, two, z);
      both.spread!(1);
      coarse.advance(u, 0, 2);
    };
    all();
    const before = process.memoryUsage().arrayBuffers;
    for (let k = 0; k < 500; k++) all();
    // A memory a step would be 800 kB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4096);
  });

  it.each<[string, () => unknown, string]>([
    [
      "a net that is not one of sequences",
      () => latentModel({ propagator: { spec: { kind: "mlp" } } as never, dt: 1 }),
      'latentModel: propagator must be a trained net of sequences, got a net of kind "mlp"',
    ],
    [
      "no step",
      () => latentModel({ propagator: seeded(NETS[0]![1]), dt: 0 }),
      "latentModel: dt must be positive, got 0",
    ],
    [
      "nothing",
      () => latentModel({ propagator: undefined as never, dt: 1 }),
      "latentModel: propagator must be a trained net of sequences, got undefined",
    ],
    [
      "an encoder alone",
      () => latentModel({ propagator: seeded(NETS[0]![1]), dt: 1, encoder: { latentSize: 2, encode() {} } }),
      "encoder and decoder must be given both",
    ],
    [
      "a decoder of another size",
      () =>
        latentModel({
          propagator: seeded(NETS[0]![1]),
          dt: 1,
          encoder: { latentSize: 2, encode() {} },
          decoder: { latentSize: 3, size: 9, decode() {} },
        }),
      "decoder.latentSize must be the propagator's, 2, got 3",
    ],
    [
      "half a member",
      () =>
        latentModel({ propagator: seeded(NETS[0]![1]), dt: 1 }).step(
          new Float64Array(3),
          new Float64Array(5),
          new Float64Array(3),
        ),
      "step: z must hold whole members of 2 numbers, got length 3",
    ],
    [
      "a memory of another length",
      () =>
        latentModel({ propagator: seeded(NETS[0]![1]), dt: 1 }).step(
          new Float64Array(2),
          new Float64Array(4),
          new Float64Array(2),
        ),
      "step: state and out must have lengths 5 and 2, got 4 and 2",
    ],
    [
      "missing forces",
      () =>
        latentModel({ propagator: seeded(NETS[1]![1]), dt: 1 }).step(
          new Float64Array(2),
          new Float64Array(12),
          new Float64Array(2),
        ),
      "step: forces must have length 1, got 0",
    ],
    [
      "weights of another net",
      () => latentModel({ propagator: { ...seeded(NETS[0]![1]), spec: NETS[2]![1] }, dt: 1 }),
      "latentModel: weights must be those of a mlpPropagator",
    ],
  ])("refuses %s", (_what, make, message) => {
    expect(make).toThrow(message);
  });
});

describe("warming up", () => {
  it("reads the true states one after the other, members side by side", () => {
    const spec = lstm({ channels: 2, forcing: 1, units: 3 });
    const model = latentModel({ propagator: seeded(spec), dt: 1 });
    const [states, forces] = [draws(4 * 2 * 2, 1), draws(4 * 2, 2)];
    const [memory, out] = [model.initial(2), new Float64Array(4)];
    warmUp(model, states, memory, out, forces);
    const [by, z] = [model.initial(2), new Float64Array(4)];
    for (let t = 0; t < 4; t++) model.step(states.slice(4 * t, 4 * t + 4), by, z, forces.slice(2 * t, 2 * t + 2));
    expect(out).toEqual(z);
    expect(memory).toEqual(by);
    expect(() => warmUp(model, states, memory, out)).toThrow("warmUp: forces must have length 8, got 0");
    expect(() => warmUp(model, states.slice(1), memory, out, forces)).toThrow(
      "states must hold whole members of 4 numbers",
    );
  });
});

describe("a coarse model", () => {
  const propagator = seeded(gru({ channels: 2, units: 4 }));
  const encoder = { latentSize: 2, encode: (u: Float64Array, out: Float64Array) => out.set([u[0]!, u[1]!]) };
  const decoder = {
    latentSize: 2,
    size: 3,
    decode: (z: Float64Array, out: Float64Array) => out.set([z[0]!, z[1]!, z[0]! - z[1]!]),
  };
  const model = latentModel({ propagator, encoder, decoder, dt: 0.1 });

  it("encodes, steps, decodes, and carries its memory on", () => {
    const flow = coarseModel(model);
    expect([flow.size, flow.dt]).toEqual([3, 0.1]);
    const u = Float64Array.of(0.5, -0.5, 9);
    flow.advance(u, 0, 0.3);
    flow.advance(u, 0.3, 0.7);
    flow.advance(u, 0.7, 0.7);
    const [z, state] = [Float64Array.of(0.5, -0.5), model.initial()];
    go(model, z, state, 7);
    expect([...u]).toEqual([z[0]!, z[1]!, z[0]! - z[1]!]);
    expect(flow.state).toEqual(state);
  });

  it("refuses a span that is not a whole number of steps, and one that goes back", () => {
    const flow = coarseModel(model);
    const u = new Float64Array(3);
    expect(() => flow.advance(u, 0, 0.25)).toThrow(
      new RangeError("coarseModel: the span must be a whole number of steps of 0.1, got 0.25"),
    );
    expect(() => flow.advance(u, 0, -0.1)).toThrow(RangeError);
    expect(() => flow.advance(u, 0, Number.NaN)).toThrow(RangeError);
    expect(() => flow.advance(new Float64Array(4), 0, 0.1)).toThrow("u must have length 3, got 4");
  });

  it("ends with an IntegrationError when a code is no longer finite, and leaves the state", () => {
    // z doubles at each step: 2^1024 overflows.
    const weights: Weights = new Map([
      ["layers.0.weight", { shape: [1, 1], data: Float64Array.of(2) }],
      ["layers.0.bias", { shape: [1], data: Float64Array.of(0) }],
    ]);
    const spec = mlpPropagator({ channels: 1, layers: [{ units: 1, activation: "linear" }], residual: false });
    const flow = coarseModel(
      latentModel({ propagator: { spec, precision: "float64", weights: () => weights }, dt: 1 }),
    );
    const u = Float64Array.of(1);
    try {
      flow.advance(u, 0, 2000);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof IntegrationError)) throw error;
      expect([error.code, error.t, error.step]).toEqual(["nonfinite-state", 1023, 1023]);
    }
    expect(u[0]).toBe(1);
  });
});

describe("an ensemble of latent models", () => {
  it("gives the mean of the predictions, and how far they are apart", () => {
    const laws = [gru({ channels: 2, units: 3 }), mlpPropagator({ channels: 2 }), lstm({ channels: 2, units: 4 })].map(
      (spec, k) => latentModel({ propagator: seeded(spec, k + 1), dt: 1 }),
    );
    const both = latentEnsemble(laws);
    expect(both.stateSize).toBe(3 + 0 + 8);
    const [z, state] = [draws(4, 5), both.initial(2)];
    const own = laws.map((law) => law.initial(2));
    for (let step = 0; step < 3; step++) {
      const given = z.slice();
      both.step(z, state, z);
      const each = laws.map((law, k) => {
        const out = new Float64Array(4);
        law.step(given, own[k]!, out);
        return out;
      });
      const mean = given.map((_, i) => (each[0]![i]! + each[1]![i]! + each[2]![i]!) / 3);
      for (const member of [0, 1]) {
        let square = 0;
        for (const i of [2 * member, 2 * member + 1]) {
          expect(z[i]).toBeCloseTo(mean[i]!, 14);
          square += each.reduce((sum, out) => sum + (out[i]! - mean[i]!) * (out[i]! - mean[i]!), 0) / 3;
        }
        expect(both.spread!(member)).toBeCloseTo(Math.sqrt(square / 2), 14);
      }
      // Where the mean is taken as it was computed, the memories stay those of the models, to the bit.
      z.set(mean);
      own.reduce((at, memory) => {
        expect(state.slice(at, at + memory.length)).toEqual(memory);
        return at + memory.length;
      }, 0);
    }
  });

  it("of equal models is the model, with no spread", () => {
    const law = (): LatentModel => latentModel({ propagator: seeded(NETS[0]![1]), dt: 1 });
    const [one, both] = [law(), latentEnsemble([law(), law()])];
    const [a, b] = [draws(2, 3), draws(2, 3)];
    go(one, a, one.initial(), 4);
    go(both, b, both.initial(), 4);
    expect(b).toEqual(a);
    expect(both.spread!()).toBe(0);
    expect(() => both.spread!(1)).toThrow("spread: member must be one of the 1 of the last step, got 1");
  });

  it("refuses nothing, and models that do not fit together", () => {
    const [a, b] = [1, 2].map((dt) => latentModel({ propagator: seeded(NETS[0]![1]), dt }));
    expect(() => latentEnsemble([])).toThrow("latentEnsemble: models must not be empty");
    expect(() => latentEnsemble([a!, b!])).toThrow("models[1].dt must be that of the first, 1, got 2");
  });
});
