import { euler, solve, timeStepper } from "@hml/integrators";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latticeDiffusion } from "../test/lattice-diffusion.ts";
import { circulantProduct } from "./circulant-product.ts";
import { generalFilling } from "./edge-filling.ts";
import { edgeLines } from "./edge-lines.ts";
import {
  type Coupling,
  dirichlet,
  type EdgeRule,
  gapTooth,
  gapToothMap,
  lagrange,
  neumann,
  patchGrid,
  type PatchRhs,
  spectral,
  staggered,
} from "./index.ts";

const one = (): number => 1;
const diffusion1 = latticeDiffusion<1>([one]);
const diffusion2 = latticeDiffusion<2>([one, one]);
const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  largest(Array.from(a, (value, i) => value - b[i]!));

describe("gapTooth", () => {
  it("with patches that tile the domain is the full simulation", () => {
    const grid = patchGrid({ dim: 2, extent: [1, 2], patches: [4, 5], points: [5, 6], ratio: 1 });
    const { rhs, sample, size } = gapTooth(grid, diffusion2, lagrange(2));
    const [dx, dy] = grid.spacing;
    const field = (x: number, y: number): number =>
      Math.sin(2 * Math.PI * x) * Math.cos(Math.PI * y) + 0.3 * Math.sin(9 * y);
    const out = new Float64Array(size);
    rhs(0, sample(field), out);
    // Edges are the neighbours' points, so the slope is the plain five-point formula of a field of that period.
    const around = (x: number, y: number): number => field(x, y - 2 * Math.floor(y / 2));
    const exact = sample((x, y) => {
      const u = around(x, y);
      const xx = (around(x + dx, y) - 2 * u + around(x - dx, y)) / (dx * dx);
      return xx + (around(x, y + dy) - 2 * u + around(x, y - dy)) / (dy * dy);
    });
    // Rounding of values of order one over dx^2 = 0.007.
    expect(difference(out, exact)).toBeLessThan(1e-12 * largest(exact));
  });
  it("does not write its input and gives the same bits again, whatever it did in between", () => {
    const grid = patchGrid({ dim: 2, extent: 1, patches: [6, 5], points: 5, ratio: 0.2, channels: 2, members: 2 });
    const system = gapTooth(grid, diffusion2, spectral());
    const u = system.sample((x, y, _z, c, m) => Math.sin(7 * x + c) + Math.cos(6 * y + m));
    const kept = Float64Array.from(u);
    const first = new Float64Array(system.size);
    system.rhs(0, u, first);
    expect(u).toEqual(kept);
    const again = new Float64Array(system.size);
    system.rhs(0, u.map(Math.sqrt), again);
    system.edges(0, u.fill(3, 0, 50));
    system.rhs(0, kept, again);
    expect(again).toEqual(first);
  });
  it("treats channels and independent members alike, each for itself", () => {
    const plain = gapTooth(patchGrid({ dim: 1, extent: 1, patches: 7, points: 5, ratio: 0.2 }), diffusion1, spectral());
    const many = gapTooth(
      patchGrid({ dim: 1, extent: 1, patches: 7, points: 5, ratio: 0.2, channels: 2, members: 3 }),
      diffusion1,
      spectral(),
    );
    const field = (x: number, copy: number): number => Math.sin(2 * Math.PI * x + copy);
    const all = new Float64Array(many.size);
    many.rhs(
      0,
      many.sample((x, _y, _z, channel, member) => field(x, 2 * member + channel)),
      all,
    );
    for (let copy = 0; copy < 6; copy++) {
      const alone = new Float64Array(plain.size);
      plain.rhs(
        0,
        plain.sample((x) => field(x, copy)),
        alone,
      );
      expect(all.slice(copy * plain.size, (copy + 1) * plain.size)).toEqual(alone);
    }
  });
  it("meets values at walls: on Chebyshev patches the slope of a lattice eigenvector converges geometrically", () => {
    const errors = [5, 7, 9, 11, 13].map((patches) => {
      const grid = patchGrid({ dim: 1, extent: 1, patches, points: 5, spacing: 0.005, boundary: "chebyshev" });
      const { rhs, sample, size } = gapTooth(grid, diffusion1, spectral(), { boundary: dirichlet(0) });
      const rate = (2 - 2 * Math.cos(Math.PI * 0.005)) / (0.005 * 0.005);
      const u = sample((x) => Math.sin(Math.PI * x));
      const out = new Float64Array(size);
      rhs(0, u, out);
      return difference(
        out,
        u.map((value) => -rate * value),
      );
    });
    // 18, 0.23, 1.5e-3, 8.6e-6, 3.2e-8: two more degrees of sin pi x on [0, 1] each time.
    for (let i = 1; i < errors.length; i++) expect(errors[i]! / errors[i - 1]!).toBeLessThan(0.02);
  });
  it("writes walls in every dimension before corners are filled, at the places that the offsets say", () => {
    const field = (x: number, y: number): number => 1 + 2 * x - 3 * y + x * y;
    const grid = patchGrid({
      dim: 2,
      extent: [1, 2],
      patches: [4, 5],
      points: 5,
      spacing: 0.01,
      boundary: [
        { centres: "equispaced", offset: [0, 0.25] },
        { centres: "equispaced", offset: [0.5, 0] },
      ],
    });
    const value = dirichlet((_t, x, y) => field(x, y));
    const slope = neumann((_t, x) => x - 3);
    const system = gapTooth(grid, diffusion2, lagrange(2), { boundary: [value, [slope, value]] });
    const u = system.sample(field);
    const filled = system.edges(0, u).map((f) => Float64Array.from(f));
    // A bilinear field is kept by second-order interpolation and by both rules: every point, corners too.
    system.patches.forEach(({ origin, spacing }, p) => {
      filled[p]!.forEach((got, at) => {
        const exact = field(origin[0] + (at % 5) * spacing[0], origin[1] + Math.floor(at / 5) * spacing[1]);
        expect(Math.abs(got - exact)).toBeLessThan(1e-13);
      });
    });
    const out = new Float64Array(system.size);
    system.rhs(0, u, out);
    // The Laplacian of a bilinear field is zero: rounding of values up to 7 over dx^2 = 1e-4.
    expect(largest(out)).toBeLessThan(1e-9);
  });
  it("hands a rule the face, the time and the patch", () => {
    const seen: string[] = [];
    const rule: EdgeRule = (t, _u, patch, face) => seen.push(`${t} ${patch.patch.join(",")} ${face.axis} ${face.end}`);
    const grid = patchGrid({
      dim: 2,
      extent: 1,
      patches: 2,
      points: 3,
      spacing: 0.1,
      boundary: ["periodic", "equispaced"],
    });
    gapTooth(grid, diffusion2, spectral(), { boundary: [undefined, rule] }).edges(7, new Float64Array(4));
    expect(seen).toEqual(["7 0,0 1 lower", "7 1,0 1 lower", "7 0,1 1 upper", "7 1,1 1 upper"]);
  });
  it("refuses walls without a rule, rules without a wall, and what is not a function", () => {
    const walls = patchGrid({ dim: 1, extent: 1, patches: 5, points: 5, spacing: 0.01, boundary: "equispaced" });
    const round = patchGrid({ dim: 1, extent: 1, patches: 5, points: 5, spacing: 0.01 });
    expect(() => gapTooth(walls, diffusion1, spectral())).toThrow(
      "boundary must be given for x, which is not periodic",
    );
    expect(() => gapTooth(round, diffusion1, spectral(), { boundary: [dirichlet(0)] })).toThrow("x is periodic");
    expect(() => gapTooth(round, 3 as unknown as PatchRhs<1>, spectral())).toThrow(TypeError);
    expect(() => gapTooth(round, diffusion1, undefined as unknown as ReturnType<typeof spectral>)).toThrow(TypeError);
    expect(() => gapTooth(round, diffusion1, spectral(), { lifting: "linear" as "constant" })).toThrow(RangeError);
  });
});

describe("a micro model under check", () => {
  const grid = patchGrid({ dim: 2, extent: 1, patches: [3, 4], points: 5, ratio: 0.2 });
  const run = (micro: PatchRhs<2>): void => {
    const { rhs, size } = gapTooth(grid, micro, spectral(), { check: true });
    rhs(0, new Float64Array(size).fill(1), new Float64Array(size));
  };
  it("passes when it behaves, whatever it does to the edges of out", () => {
    expect(() => run((t, u, out, patch) => diffusion2(t, u, out.fill(0), patch))).not.toThrow();
  });
  it("is told where it wrote its input, left a point out or wrote what is not finite", () => {
    const spoil =
      (at: number, value: number): PatchRhs<2> =>
      (t, u, out, patch) => {
        diffusion2(t, u, out, patch);
        if (patch.patch[0] === 2 && patch.patch[1] === 1) (value > 0 ? u : out)[at] = value;
      };
    expect(() => run(spoil(7, 2))).toThrow("micro at patch [2, 1] of member 0 must not write u, but changed u[7]");
    expect(() => run(spoil(8, Number.NaN))).toThrow("got NaN in out[8] (x 3, y 1, z 0;");
    expect(() => run(() => {})).toThrow("must write a finite number to every interior point, got NaN in out[6]");
  });
});

describe("a coupling of one's own", () => {
  const grid = patchGrid({ dim: 1, extent: 1, patches: 4, points: 5, ratio: 0.2 });
  const own = (changes: object = {}): Coupling => ({
    order: 2,
    source: "edgy",
    weights: () => ({
      // Each edge continues its own patch's nearest interior value: no flux, patches on their own.
      axes: [
        {
          reach: 1,
          width: 1,
          first: Int32Array.of(0, 1, 2, 3),
          upper: Float64Array.of(1),
          lower: Float64Array.of(1),
          ...changes,
        },
      ],
    }),
  });
  it("is an object with one small matrix per axis", () => {
    const { edges, sample } = gapTooth(grid, diffusion1, own());
    for (const field of edges(
      0,
      sample((x) => x),
    )) {
      expect([field[0], field[4]]).toEqual([field[1], field[3]]);
    }
  });
  it.each([
    ["a reach beyond the interior", { reach: 4 }, "weights.axes[0].reach must be an integer between 1 and 3, got 4"],
    [
      "a source patch that is not there",
      { first: Int32Array.of(0, 1, 2, 4) },
      "first[3] must be an integer between 0 and 3",
    ],
    ["one row for patches in disorder", { first: Int32Array.of(0, 1, 3, 2) }, "must count up from patch to patch"],
    ["too few weights", { upper: new Float64Array(3) }, "weights.axes[0].upper must have length 4, got 3"],
    ["weights that are not finite", { lower: Float64Array.of(Number.NaN) }, "weights.axes[0].lower[0] must be finite"],
  ])("is refused for %s", (_title, changes, message) => {
    expect(() => gapTooth(grid, diffusion1, own(changes))).toThrow(message);
  });
});

describe("restriction and lifting", () => {
  const grids = [
    patchGrid({ dim: 1, extent: 1, patches: 7, points: 6, ratio: 0.2, channels: 2, members: 2 }),
    patchGrid({ dim: 2, extent: 1, patches: [7, 8], points: [5, 6], ratio: 0.2 }),
    patchGrid({
      dim: 3,
      extent: 1,
      patches: [5, 6, 7],
      points: [5, 4, 7],
      spacing: 0.01,
      boundary: ["periodic", "chebyshev", "periodic"],
    }),
  ];
  const everything = grids.flatMap((grid) =>
    (["average", "centre"] as const).flatMap((restriction) =>
      (["interpolate", "constant"] as const).map((lifting) => ({ dim: grid.dim, grid, restriction, lifting })),
    ),
  );
  it.each(everything)("in $dim D: $restriction after $lifting is the identity", ({ grid, restriction, lifting }) => {
    const boundary = grid.periodic.map((periodic) => (periodic ? undefined : dirichlet(0)));
    const system = gapTooth(grid, () => {}, lagrange(4), { restriction, lifting, boundary });
    fc.assert(
      fc.property(fc.double({ min: 1, max: 100, noNaN: true }), (seed) => {
        const coarse = Float64Array.from({ length: grid.coarseSize }, (_, i) => Math.sin(seed * (i + 1)));
        const fine = new Float64Array(system.size);
        const back = new Float64Array(grid.coarseSize);
        system.lifting.lift(coarse, fine);
        system.restriction.restrict(fine, back);
        expect(difference(back, coarse)).toBeLessThan(1e-15 * 8);
      }),
      { numRuns: 5 },
    );
  });
  it("lifts what the interpolation can carry without error", () => {
    const grid = patchGrid({ dim: 3, extent: 2 * Math.PI, patches: [5, 6, 7], points: [5, 5, 7], ratio: 0.2 });
    const system = gapTooth(grid, () => {}, spectral(), { restriction: "centre" });
    const field = (x: number, y: number, z: number): number =>
      Math.sin(2 * x) * Math.cos(2 * y + 0.2) + Math.sin(3 * z - x);
    const exact = system.sample(field);
    const coarse = new Float64Array(grid.coarseSize);
    const fine = new Float64Array(system.size);
    system.restriction.restrict(exact, coarse);
    system.lifting.lift(coarse, fine);
    expect(difference(fine, exact)).toBeLessThan(1e-14);
  });
});

describe("gapToothMap", () => {
  it("of Euler steps on the patches is Euler on the gap-tooth slope, bit for bit", () => {
    const grid = patchGrid({ dim: 2, extent: 1, patches: [5, 6], points: 5, ratio: 0.2 });
    const system = gapTooth(grid, diffusion2, spectral());
    const slope = new Float64Array(25);
    const flow = gapToothMap(
      grid,
      (t, dt, u, out, patch) => {
        diffusion2(t, u, slope, patch);
        for (let i = 0; i < 25; i++) out[i] = u[i]! + dt * slope[i]!;
      },
      spectral(),
      { dt: 1e-6 },
    );
    const u = system.sample((x, y) => Math.sin(2 * Math.PI * (x + 2 * y)));
    const expected = Float64Array.from(u);
    timeStepper(euler(system.rhs, system.size), 1e-6).advance(expected, 0, 2.5e-5);
    flow.advance(u, 0, 2.5e-5);
    expect(flow.dt).toBe(1e-6);
    expect(u).toEqual(expected);
  });
  it("refuses a step that is no function and a dt that is not positive", () => {
    const grid = patchGrid({ dim: 1, extent: 1, patches: 5, points: 5, ratio: 0.2 });
    expect(() => gapToothMap(grid, () => {}, spectral(), { dt: 0 })).toThrow("gapToothMap: dt must be positive, got 0");
    expect(() => gapToothMap(grid, undefined as unknown as () => void, spectral(), { dt: 1 })).toThrow(TypeError);
  });
});

describe("the fast circulant filling", () => {
  it("agrees with the definition for every number of patches and width, in any dimension", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 39 }),
        fc.constantFrom<1 | 2 | 3>(1, 2, 3),
        (patches, wide, shift, dim) => {
          const width = Math.min(wide, patches);
          const start = shift % patches;
          const grid = patchGrid({ dim, extent: 1, patches: dim === 1 ? patches : 3, points: 4, ratio: 0.2 });
          const axis = dim - 1;
          const lines = { ...edgeLines(grid, axis, "upper", 2) };
          const n = lines.patches;
          const row = Float64Array.from({ length: Math.min(width, n) }, (_, j) => Math.cos(3 * j + 1));
          const first = Int32Array.from({ length: n }, (_, i) => (start + i) % n);
          const size = grid.coarseSize * 4 ** dim;
          const slow = Float64Array.from({ length: size }, (_, i) => Math.sin(i * i));
          const fast = Float64Array.from(slow);
          generalFilling(slow, lines, first, row, row.length);
          circulantProduct({ ...lines, values: fast, count: n, start: start % n, row })();
          // Two orders of summing at most 40 products of size one.
          expect(difference(fast, slow)).toBeLessThan(2e-14);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("an integrator on patches", () => {
  it("decays a wave at the rate of the full lattice", () => {
    const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: 9, points: 5, ratio: 0.1 });
    const system = gapTooth(grid, diffusion1, spectral());
    const [dx] = grid.spacing;
    const rate = (2 - 2 * Math.cos(dx)) / (dx * dx);
    const u0 = system.sample((x) => Math.sin(x));
    const dt = 0.1 * dx * dx;
    const { u, shape } = solve(euler(system.rhs, system.size), u0, [0, 50 * dt], { dt });
    const end = u.subarray((shape[0] - 1) * shape[1]);
    const factor = Math.exp(50 * Math.log(1 - rate * dt));
    expect(
      difference(
        end,
        u0.map((value) => value * factor),
      ),
    ).toBeLessThan(1e-13);
  });
  it("keeps staggered from being used where it cannot", () => {
    const grid = patchGrid({ dim: 2, extent: 1, patches: 12, points: 7, ratio: 0.1 });
    expect(() => gapTooth(grid, diffusion2, staggered(2))).toThrow("staggered: dim must be");
  });
});
