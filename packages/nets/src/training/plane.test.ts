import { fixed, random, rk4, solve } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { naiveDerivative } from "../../test/naive-net.ts";
import { LAW, planeData, planeDerivatives, planeWaves } from "../../test/plane-data.ts";
import { circulantDerivative } from "../network/circulant-derivative.ts";
import { learnedRhs, type LearnedRhsOptions } from "../rollout/learned-rhs.ts";
import { loadNet, saveNet } from "../files/net-file.ts";
import { type NetSpec } from "../spec/net-spec.ts";
import { discretisedNet, divergenceNet, functionalNet } from "../spec/field-net.ts";
import { parameterCount } from "../spec/net-spec.ts";
import { train } from "./train.ts";
import type { Weights } from "../files/weights.ts";

const N = 8;
const SIZE = N * N;
const PERIOD = [2 * Math.PI, 2 * Math.PI];
const WAVES = [
  { k: 1, l: 2, phase: 0.3, amplitude: 1 },
  { k: 3, l: -1, phase: 1.2, amplitude: 0.7 },
];
const linear = (units: number) => [{ units, activation: "linear", bias: false }] as const;

/** A net of one linear layer with these weights. */
function known(spec: NetSpec, rows: number, weights: readonly number[]): { spec: NetSpec; weights: () => Weights } {
  const tensor = { shape: [rows, weights.length / rows], data: Float64Array.from(weights) };
  return { spec, weights: () => new Map([["layers.0.weight", tensor]]) };
}

function expectClose(got: Float64Array, want: Float64Array, bound: number): void {
  for (const [p, value] of got.entries()) expect(Math.abs(value - want[p]!)).toBeLessThan(bound);
}

describe("the circulant derivative", () => {
  it("is that of the sum of waves, or of central differences, on 3 to 24 points, antisymmetric to the bit", () => {
    for (let n = 3; n <= 24; n++) {
      for (const order of ["spectral", 2, 4, 6] as const) {
        const weights = circulantDerivative(n, 3, order);
        for (let s = 1 - n; s < n; s++) {
          // The oracle sums n terms of size n / L.
          expect(Math.abs(weights[n + s]! - naiveDerivative(n, 3, order, -s))).toBeLessThan(1e-13 * n);
          expect(weights[n + s]! + weights[n - s]!).toBe(0);
        }
      }
    }
  });
});

describe("nets on a plane", () => {
  it("have the parameters of the paper's nets: 769 and 1,921", () => {
    const features = ["u", "u_x", "u_y", "u_xx", "u_yy", "u_xy"];
    const layers = [
      { units: 32, activation: "relu" },
      { units: 16, activation: "relu" },
      { units: 1, activation: "linear" },
    ] as const;
    expect(parameterCount(functionalNet({ features, layers }))).toBe(769);
    expect(parameterCount(discretisedNet({ stencil: [5, 5], padding: "periodic" }))).toBe(1921);
    // 2 x 16 + 16 x 16 + 16 x 2, and 2 x 2 for a skip.
    expect(parameterCount(divergenceNet({ period: PERIOD }))).toBe(320);
    expect(parameterCount(divergenceNet({ period: PERIOD, skip: true }))).toBe(324);
  });

  it("give the exact slope of the law with the tensor as weights: divergence net", () => {
    const K = [LAW.xx, LAW.xy / 2, LAW.xy / 2, LAW.yy];
    const net = known(divergenceNet({ period: PERIOD, odd: false, layers: linear(2) }), 2, K);
    const rhs = learnedRhs(net, { size: [N, N], ends: "periodic", derivatives: planeDerivatives(N) });
    const { u, dudt } = planeWaves(N, WAVES);
    const out = new Float64Array(SIZE).fill(7);
    rhs(0, u, out);
    // Rates of up to 13, two derivatives of norm 4 each: rounding of some 1e-14.
    expectClose(out, dudt, 1e-12);
    // The same net made odd is itself, since it is linear.
    const odd = known(divergenceNet({ period: PERIOD, layers: linear(2) }), 2, K);
    learnedRhs(odd, { size: [N, N], ends: "periodic", derivatives: planeDerivatives(N) })(0, u, out);
    expectClose(out, dudt, 1e-12);
  });

  it("give the exact slope of the five-point Laplacian, periodic and with held ends: discretised net", () => {
    const [nx, ny] = [7, 5];
    const spec = discretisedNet({ stencil: [3, 3], padding: "periodic", layers: linear(1) });
    const net = known(spec, 1, [0, 1, 0, 1, -4, 1, 0, 1, 0]);
    const at = (x: number, y: number): number => Math.sin((2 * Math.PI * x) / nx) * Math.cos((2 * Math.PI * y) / ny);
    const u = Float64Array.from({ length: nx * ny }, (_, p) => at(p % nx, Math.floor(p / nx)));
    const rate = 2 * Math.cos((2 * Math.PI) / nx) + 2 * Math.cos((2 * Math.PI) / ny) - 4;
    const out = new Float64Array(nx * ny).fill(9);
    learnedRhs(net, { size: [nx, ny], ends: "periodic" })(0, u, out);
    expectClose(
      out,
      u.map((v) => rate * v),
      1e-14,
    );
    learnedRhs(net, { size: [nx, ny], ends: "dirichlet" })(0, u, out);
    const edge = (p: number): boolean => p % nx === 0 || p % nx === nx - 1 || p < nx || p >= nx * (ny - 1);
    expectClose(
      out,
      u.map((v, p) => (edge(p) ? 0 : rate * v)),
      1e-14,
    );
  });

  it("reads an uneven stencil with x fastest: discretised net", () => {
    const spec = discretisedNet({ stencil: [3, 1], padding: "periodic", layers: linear(1) });
    const out = new Float64Array(6);
    learnedRhs(known(spec, 1, [0, 0, 1]), { size: [3, 2], ends: "periodic" })(
      0,
      Float64Array.of(0, 1, 2, 3, 4, 5),
      out,
    );
    expect([...out]).toEqual([1, 2, 0, 4, 5, 3]);
  });

  it("hold the edges of a plane: functional net", () => {
    const net = known(functionalNet({ features: ["u"], layers: linear(1) }), 1, [2]);
    const out = new Float64Array(12).fill(9);
    learnedRhs(net, { size: [4, 3], ends: "dirichlet" })(
      0,
      Float64Array.from({ length: 12 }, (_, p) => p),
      out,
    );
    expect([...out]).toEqual([0, 0, 0, 0, 0, 10, 12, 0, 0, 0, 0, 0]);
  });

  it("refuse grids of other dimension or ends", () => {
    const net = known(divergenceNet({ period: PERIOD, layers: linear(2) }), 2, [1, 0, 0, 1]);
    const derivatives = planeDerivatives(N);
    const build = (options: Omit<LearnedRhsOptions, "derivatives">) => () =>
      learnedRhs(net, { derivatives, ...options });
    expect(build({ size: SIZE, ends: "periodic" })).toThrow("points must have as many axes as the net's period, 2");
    expect(build({ size: [N, N], ends: "dirichlet" })).toThrow("a divergenceNet needs a periodic grid");
    expect(build({ size: [N, 0], ends: "periodic" })).toThrow("size[1]");
    const wide = known(
      discretisedNet({ stencil: [5, 5], padding: "periodic", layers: linear(1) }),
      1,
      Array(25).fill(1),
    );
    expect(() => learnedRhs(wide, { size: [8, 4], ends: "periodic" })).toThrow("points[1] must be at least 5");
    expect(() => divergenceNet({ period: [1, 1], layers: linear(1) })).toThrow("layers[0].units must be 2, got 1");
    expect(() => divergenceNet({ period: [1, -1] })).toThrow("divergenceNet: period must be positive");
    expect(() => divergenceNet({ period: 1 as never })).toThrow("period must be an array");
    expect(() => discretisedNet({ stencil: [5, 4] })).toThrow("stencil must be odd, got 4");
    expect(() => functionalNet({ odd: 1 as never })).toThrow("odd must be true or false");
  });
});

describe("a divergence net, whatever its weights", () => {
  const trained = train(divergenceNet({ period: PERIOD }), planeData(4, N, random(3)), {
    epochs: 1,
    random: random(4),
  });
  const features = Float64Array.from({ length: 2 * SIZE }, (_, i) => Math.sin(i * i));
  const slope = async (scale: number): Promise<Float64Array> => {
    const out = new Float64Array(SIZE);
    (await trained).predict(
      features.map((v) => scale * v),
      out,
      [N, N],
    );
    return out;
  };

  it("is odd and positively homogeneous to the bit", async () => {
    const once = await slope(1);
    expect(Math.max(...once.map(Math.abs))).toBeGreaterThan(0.1);
    expect(await slope(-1)).toEqual(once.map((v) => -v));
    // A power of two changes no rounding.
    expect(await slope(2 ** -20)).toEqual(once.map((v) => 2 ** -20 * v));
  });

  it.each(["spectral", 4] as const)("keeps the mean through a run of 100 steps: derivative %s", async (derivative) => {
    const data = planeData(4, N, random(5));
    const net = await train(divergenceNet({ period: PERIOD, derivative }), data, { epochs: 1, random: random(6) });
    const rhs = learnedRhs(net, { size: [N, N], ends: "periodic", derivatives: planeDerivatives(N) });
    const u0 = planeWaves(N, WAVES).u.map((v) => v + 0.5);
    const end = solve({ rhs, size: SIZE }, u0, [0, 0.5], { method: fixed(rk4, 0.005), saveAt: [0.5] }).u;
    expect(Math.abs(end[0]! - u0[0]!)).toBeGreaterThan(0.01);
    const mean = (u: Float64Array): number => u.reduce((a, b) => a + b, 0) / SIZE;
    // 100 steps of four sums of 64 slopes below 10, each rounded at 1e-15, times dt.
    expect(Math.abs(mean(end) - mean(u0))).toBeLessThan(1e-14);
  });

  it.skipIf("document" in globalThis)("makes no arrays when called", async () => {
    const rhs = learnedRhs(await trained, { size: [N, N], ends: "periodic", derivatives: planeDerivatives(N) });
    const u = new Float64Array(SIZE).fill(1);
    const out = new Float64Array(SIZE);
    rhs(0, u, out);
    const before = process.memoryUsage().arrayBuffers;
    for (let call = 0; call < 500; call++) rhs(0, u, out);
    // One field a call would be 256 kB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4096);
  });
});

describe("training on a plane with the relative loss", () => {
  const spec = divergenceNet({ period: PERIOD });
  const options = {
    epochs: 30,
    batchSize: 4,
    learningRate: 1e-2,
    schedule: { kind: "cosine" },
    loss: "relative",
  } as const;
  const flat = (weights: Weights): number[] => [...weights.values()].flatMap(({ data }) => Array.from<number>(data));

  it("learns the law over six orders of magnitude: each unseen row's error at most 5 % of its slope", async () => {
    const net = await train(spec, planeData(200, N, random(1)), { ...options, random: random(2) });
    const test = planeData(50, N, random(3));
    const out = new Float64Array(SIZE);
    for (let r = 0; r < 50; r++) {
      net.predict(test.inputs.subarray(r * 2 * SIZE, (r + 1) * 2 * SIZE), out, [N, N]);
      let [error, size] = [0, 0];
      for (let p = 0; p < SIZE; p++) {
        const target = test.targets[r * SIZE + p]!;
        error += (out[p]! - target) ** 2;
        size += target ** 2;
      }
      expect(Math.sqrt(error / size)).toBeLessThan(0.05);
    }
  });

  it("does not see the size of a row: a homogeneous net gets the same bits from rows scaled by powers of two", async () => {
    const data = planeData(12, N, random(1));
    const factor = (r: number): number => 2 ** -((5 * r) % 17);
    const scaled = {
      ...data,
      inputs: data.inputs.map((v, i) => v * factor(Math.floor(i / (2 * SIZE)))),
      targets: data.targets.map((v, i) => v * factor(Math.floor(i / SIZE))),
    };
    const short = { ...options, epochs: 3 };
    const one = await train(spec, data, { ...short, random: random(2) });
    const two = await train(spec, scaled, { ...short, random: random(2) });
    expect(flat(two.weights())).toEqual(flat(one.weights()));
    expect(two.history.loss).toEqual(one.history.loss);
    const other = await train(spec, data, { ...short, random: random(9) });
    expect(flat(other.weights())).not.toEqual(flat(one.weights()));
  });

  it("is the mean over rows of squared error over squared target, row weights included", async () => {
    // Weights that stay as they are: the loss of the starting net, at a learning rate that changes nothing.
    const net = functionalNet({ features: ["u"], layers: linear(1) });
    const start: Weights = new Map([["layers.0.weight", { shape: [1, 1], data: Float64Array.of(2) }]]);
    const data = { inputs: [1, 2, 3, 4], targets: [1, 2, 3, 8], points: 2 };
    const loss = async (weights?: readonly number[]): Promise<number> => {
      const given = weights === undefined ? data : { ...data, weights };
      const settings = { epochs: 1, random: random(1), learningRate: 1e-300, loss: "relative", start } as const;
      return (await train(net, given, settings)).history.loss[0]!;
    };
    // Row 1: errors 1, 2 against 1, 2. Row 2: errors 3, 0 against 3, 8.
    expect(await loss()).toBeCloseTo((1 + 9 / 73) / 2, 14);
    expect(await loss([1, 3])).toBeCloseTo((1 + 3 * (9 / 73)) / 4, 14);
  });

  it("refuses a row at rest unless its weight is zero, and an unknown loss", async () => {
    const data = { inputs: [1, 2], targets: [0, 1], points: 1 };
    const net = functionalNet({ features: ["u"], layers: linear(1) });
    const settings = { epochs: 1, random: random(1), loss: "relative" } as const;
    await expect(train(net, data, settings)).rejects.toThrow("targets of row 0 must not be zero throughout");
    await expect(train(net, { ...data, weights: [0, 1] }, settings)).resolves.toBeDefined();
    await expect(train(net, data, { ...settings, loss: "relativ" as never })).rejects.toThrow("loss must be one of");
  });
});

describe("files of nets on a plane", () => {
  it("give back the same net", async () => {
    const made = await train(divergenceNet({ period: PERIOD, skip: true }), planeData(4, N, random(1)), {
      epochs: 1,
      random: random(2),
    });
    const loaded = loadNet(saveNet(made));
    expect(loaded.spec).toEqual(made.spec);
    expect(loaded.weights()).toEqual(made.weights());
    expect(made.weights().get("skip.weight")?.shape).toEqual([2, 2]);
    expect(Math.max(...(made.weights().get("skip.weight")?.data ?? [0]))).not.toBe(0);
  });
});
