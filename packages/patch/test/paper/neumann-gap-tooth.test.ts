import { dopri5, solve } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import {
  neumannGapTooth,
  type NeumannGapToothSpec,
  patchDynamics,
  type PatchDynamics,
  perPatch,
  perTooth,
} from "../../src/index.ts";
import { type Held, neumannDiffusion } from "../neumann-diffusion.ts";

// What Samaey, Roose and Kevrekidis, Multiscale Model. Simul. 4 (2005) 278, say of the scheme: with suitable slopes it is a
// finite difference scheme of arbitrary even order for the homogenised equation; with plain ones it is not; with buffers it
// is again.

const TURN = 2 * Math.PI;
/** Weights of the central second difference of each order, from the centre outwards. */
const SECOND_DIFFERENCE = {
  2: [-2, 1],
  4: [-5 / 2, 4 / 3, -1 / 12],
  6: [-49 / 18, 3 / 2, -3 / 20, 1 / 90],
} as const;

function secondDifference(order: 2 | 4 | 6, U: ArrayLike<number>, i: number, spacing: number): number {
  const n = U.length;
  const sum = SECOND_DIFFERENCE[order].reduce(
    (all: number, w, j) => all + (j === 0 ? w * U[i]! : w * (U[(i + j) % n]! + U[(i + n - j) % n]!)),
    0,
  );
  return sum / (spacing * spacing);
}

function slopeOf({ rhs, size }: PatchDynamics, U: Float64Array): Float64Array {
  const out = new Float64Array(size);
  rhs(0, U, out);
  return out;
}

describe("the gap-tooth scheme with Neumann ends on u_t = D u_xx", () => {
  const D = 0.7;
  const heat = perTooth((tooth) => neumannDiffusion(tooth, () => D));
  const base: NeumannGapToothSpec = {
    extent: [0, 3],
    teeth: 12,
    toothWidth: 0.02,
    spacing: 1e-3,
    burst: 2e-5,
    ends: "periodic",
    shiftInvariant: true,
    micro: heat,
  };
  const U = Float64Array.from({ length: 12 }, (_, i) => Math.sin(1 + i * i));

  it("is D times the second difference of the averages, whatever the teeth's width and the burst", () => {
    for (const change of [{}, { toothWidth: 2e-3 }, { toothWidth: 0.25 }, { burst: 2e-4, heal: 1e-4 }]) {
      const out = slopeOf(neumannGapTooth({ ...base, ...change }), U);
      for (let i = 0; i < 12; i++) {
        // Values of order one are known to 1e-16 and divided by the burst.
        expect(Math.abs(out[i]! - D * secondDifference(2, U, i, 0.25))).toBeLessThan(1e-15 / base.burst);
      }
    }
  });

  it("is the fourth-order difference with order 4, but for the lattice's D spacing^2 u_xxxx / 24", () => {
    const out = slopeOf(neumannGapTooth({ ...base, order: 4 }), U);
    for (let i = 0; i < 12; i++) {
      const at = (j: number): number => U[(i + j + 12) % 12]!;
      const fourth = (at(-2) - 4 * at(-1) + 6 * at(0) - 4 * at(1) + at(2)) / 0.25 ** 4;
      const expected = D * (secondDifference(4, U, i, 0.25) + (1e-6 / 24) * fourth);
      expect(Math.abs(out[i]! - expected)).toBeLessThan(1e-15 / base.burst);
    }
  });

  it.each([2, 4, 6] as const)("of order %i converges at that order in the node spacing", (order) => {
    const errors = [8, 16, 32].map((teeth) => {
      const spacing = 1e-4;
      const scheme = neumannGapTooth({
        ...base,
        extent: [0, 1],
        teeth,
        order,
        toothWidth: 2e-3,
        spacing,
        burst: 2e-6,
      });
      // Averages of a wave are a wave, and decay as it does.
      const wave = scheme.nodes.map((x) => Math.sin(TURN * x + 0.3));
      const out = slopeOf(scheme, wave);
      // The fine lattice's error counts from order 4 on; it is what is left in the limit.
      const lattice = 1 - (order > 2 ? (TURN * spacing * TURN * spacing) / 24 : 0);
      return Math.max(...out.map((value, i) => Math.abs(value / (D * TURN * TURN) + wave[i]! * lattice)));
    });
    // From 8 to 16 and 16 to 32 nodes a wave: 1.92 and 1.99, 3.88 and 3.98, 5.83 and 5.98.
    for (const [coarse, fine] of [errors.slice(0, 2), errors.slice(1)]) {
      const rate = Math.log2(coarse! / fine!);
      expect(rate).toBeGreaterThan(order - 0.2);
      expect(rate).toBeLessThan(order + 0.05);
    }
  });

  it("of spectral order leaves the fine lattice's error alone", () => {
    const scheme = neumannGapTooth({ ...base, extent: [0, 1], teeth: 8, order: "spectral", toothWidth: 0.02 });
    const wave = scheme.nodes.map((x) => Math.sin(TURN * x + 0.3));
    const out = slopeOf(scheme, wave);
    // (2 pi)^2 1e-6 / 24 = 1.6e-6 relative.
    for (let i = 0; i < 8; i++) {
      expect(Math.abs(out[i]! / (D * TURN * TURN) + wave[i]! * (1 - 1.645e-6))).toBeLessThan(1e-8);
    }
  });

  it("adds a nonlinear reaction at the macroscale values", () => {
    const reaction = (u: number): number => u * (1 - u);
    const micro = perTooth((tooth) => neumannDiffusion(tooth, () => D, { by: "face" }, reaction));
    const [toothWidth, spacing, burst] = [2e-3, 2e-4, 2e-6];
    const out = slopeOf(neumannGapTooth({ ...base, toothWidth, spacing, burst, micro, shiftInvariant: false }), U);
    for (let i = 0; i < 12; i++) {
      const expected = D * secondDifference(2, U, i, 0.25) + reaction(U[i]!);
      // In half a burst U moves by 1e-6 of slopes up to 45; u varies by 8 times the tooth's width.
      expect(Math.abs(out[i]! - expected)).toBeLessThan(2e-4);
    }
  });

  it("conserves: periodic slopes of every order sum to zero", () => {
    for (const order of [2, 4, 6, "spectral"] as const) {
      const out = slopeOf(neumannGapTooth({ ...base, order }), U);
      expect(Math.abs(out.reduce((sum, value) => sum + value))).toBeLessThan((12 * 1e-15) / base.burst);
      expect(Math.max(...out.map(Math.abs))).toBeGreaterThan(1);
    }
  });
});

describe("the gap-tooth scheme with Neumann ends in a periodic medium", () => {
  const [cells, spacing] = [9, 1e-3];
  const epsilon = cells * spacing;
  const a = (x: number): number => 1.1 + Math.sin((TURN * x) / epsilon);
  // The lattice's effective coefficient: the harmonic mean over the faces of a period.
  const effective = cells / Array.from({ length: cells }, (_, i) => 1 / a(i * spacing)).reduce((sum, r) => sum + r);
  // 16 periods between nodes, so that all teeth begin at one phase.
  const distance = 16 * epsilon;
  const toothWidth = 2 * epsilon;
  const base = {
    extent: [0, 8 * distance],
    teeth: 8,
    toothWidth,
    spacing,
    burst: 2e-5,
    ends: "periodic",
    shiftInvariant: true,
  } as const;
  const teeth = (held: Held = { by: "face" }) => perTooth((tooth) => neumannDiffusion(tooth, a, held));
  const U = Float64Array.from({ length: 8 }, (_, i) => Math.sin((TURN * i) / 8 + 0.4));
  /** The worst coefficient that the slopes show, relative to the effective one. */
  const bias = (scheme: PatchDynamics): number =>
    slopeOf(scheme, U).reduce((worst, value, i) => {
      const one = value / secondDifference(2, U, i, distance) / effective - 1;
      return Math.abs(one) > Math.abs(worst) ? one : worst;
    }, 0);
  const mean = (heal: number, width = toothWidth): NeumannGapToothSpec => ({
    ...base,
    toothWidth: width,
    heal,
    // The outermost cells follow from the mean slope over 9 cells, whose middle lies 5 cells inside them.
    slopeInset: ((cells + 1) / 2) * spacing,
    micro: teeth({ by: "mean", cells }),
  });

  it("with plain slopes takes the coefficient at the teeth's ends for the effective one, however long it heals", () => {
    for (const heal of [0, 1e-3]) {
      // Ends of teeth lie one period from their nodes: a(0) = 1.1, 2.4 times the effective coefficient.
      expect(bias(neumannGapTooth({ ...base, heal, micro: teeth() }))).toBeCloseTo(1.1 / effective - 1, 8);
    }
  });

  it("held to mean slopes over a period has the effective coefficient once the tooth has healed", () => {
    expect(bias(neumannGapTooth(mean(0)))).toBeGreaterThan(0.1);
    expect(bias(neumannGapTooth(mean(3e-4)))).toBeLessThan(2e-3);
    // exp(-(pi / h)^2 a t) of the tooth's slowest mode is 1e-18 by then; rounding 1e-16 over the burst and slopes of 20.
    expect(Math.abs(bias(neumannGapTooth(mean(3e-3))))).toBeLessThan(1e-10);
  });

  it("follows the homogenised equation of the macroscale order through a macro run", () => {
    // A tooth of one period heals four times as fast.
    const { rhs, size } = neumannGapTooth(mean(3e-4, epsilon));
    const rate = -secondDifference(2, U, 1, distance) / U[1]!;
    const { u } = solve({ rhs, size }, U, [0, 0.05], { method: dopri5(), rtol: 1e-8, atol: 1e-10, saveAt: [0.05] });
    // The slope is that of frozen macroscale values; what is left is the integrator's.
    const decay = Math.exp(-effective * rate * 0.05);
    for (let i = 0; i < 8; i++) expect(Math.abs(u[i]! - decay * U[i]!)).toBeLessThan(1e-7);
    expect(decay).toBeLessThan(0.6);
  });

  it("with buffers tends to the effective coefficient, and to patch dynamics of the same width", () => {
    const heal = 1e-4;
    const gaps = [8, 12, 14].map((periods) => {
      const bufferWidth = toothWidth + (periods - 2) * epsilon;
      const neumann = neumannGapTooth({ ...base, heal, bufferWidth, micro: teeth() });
      const dynamics = patchDynamics({
        ...base,
        heal,
        bufferWidth,
        // The same lattice: bonds where the cells have faces, ends held in place of slopes.
        micro: perPatch(({ from, points }) => {
          const bond = Float64Array.from({ length: points }, (_, i) => a(from + (i + 0.5) * spacing));
          const next = new Float64Array(points);
          return {
            size: points,
            advance(u, t0, t1) {
              const steps = Math.ceil((t1 - t0) / ((0.4 * spacing * spacing) / 2.1));
              const r = (t1 - t0) / steps / (spacing * spacing);
              for (let k = 0; k < steps; k++) {
                next.set(u);
                for (let i = 1; i < points - 1; i++) {
                  next[i] = u[i]! + r * (bond[i]! * (u[i + 1]! - u[i]!) - bond[i - 1]! * (u[i]! - u[i - 1]!));
                }
                u.set(next);
              }
            },
          };
        }),
      });
      return [Math.abs(bias(neumann)), Math.abs(bias(dynamics)), Math.abs(bias(neumann) - bias(dynamics))] as const;
    });
    // Both reach half a buffer of diffusion lengths further each time: 0.05, 2e-4, 8e-6 and 0.2, 1e-3, 4e-5.
    for (const which of [0, 1, 2] as const) {
      for (const [wide, wider] of [gaps.slice(0, 2), gaps.slice(1)]) {
        expect(wider![which]).toBeLessThan(wide![which] / 10);
      }
      expect(gaps[2]![which]).toBeLessThan(5e-5);
    }
  });
});
