import { dopri5, solve } from "@hml/integrators";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authorsStart, reference, referenceHint } from "../test/reference.ts";
import { type FitzHughNagumo, type FitzHughNagumoSpec, fitzHughNagumo } from "./fitzhugh-nagumo.ts";

const published = reference("fhn-lb.json");
const starts = [0, 1, 2, 3, 4, 5].map(authorsStart);
const start = starts[0];
const hasStarts = starts.every((state) => state !== undefined);

/** Populations with equal weights. */
function lifted(model: FitzHughNagumo, densities: Float64Array): Float64Array {
  const f = new Float64Array(model.size);
  model.lifting("equal-weights").lift(densities, f);
  return f;
}

function densitiesOf(model: FitzHughNagumo, f: Float64Array): Float64Array {
  const out = new Float64Array(model.restriction.coarseSize);
  model.restriction.restrict(f, out);
  return out;
}

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

/** Cosines with no slope at the walls of [0, length], at the nodes as cell centres. */
function cosines(points: number, length = 20): Float64Array {
  const at = (j: number): number => (Math.PI * (j + 0.5)) / points;
  return Float64Array.from({ length: 2 * points }, (_, i) =>
    i < points ? 0.8 * Math.cos((at(i) * length) / 20) : 0.05 * Math.cos((2 * at(i - points) * length) / 20),
  );
}

/** The equations from `cosines` to t = 10 by cosine collocation: the coefficients of u and of v. */
function exactModes(): { readonly u: Float64Array; readonly v: Float64Array } {
  // Of 64 modes of u the last ones are below 1e-8.
  const n = 64;
  const table = Float64Array.from({ length: n * n }, (_, i) =>
    Math.cos((Math.PI * Math.floor(i / n) * ((i % n) + 0.5)) / n),
  );
  const squares = Float64Array.from({ length: n }, (_, k) => ((Math.PI * k) / 20) ** 2);
  const modesOf = (y: Float64Array, from: number): Float64Array => {
    const modes = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += table[k * n + j]! * y[from + j]!;
      modes[k] = (sum * (k === 0 ? 1 : 2)) / n;
    }
    return modes;
  };
  const rhs = (_t: number, y: Float64Array, out: Float64Array): void => {
    for (let j = 0; j < n; j++) {
      const [u, v] = [y[j]!, y[n + j]!];
      out[j] = u - u * u * u - v;
      out[n + j] = 0.006 * (u - 2 * v + 0.03);
    }
    for (const [from, diffusivity] of [
      [0, 1],
      [n, 4],
    ] as const) {
      const modes = modesOf(y, from);
      for (let k = 1; k < n; k++) {
        const rate = diffusivity * squares[k]! * modes[k]!;
        for (let j = 0; j < n; j++) out[from + j] = out[from + j]! - rate * table[k * n + j]!;
      }
    }
  };
  const problem = { rhs, size: 2 * n };
  const { u } = solve(problem, cosines(n), [0, 10], { method: dopri5(), rtol: 1e-8, atol: 1e-9, saveAt: [10] });
  const end = u.subarray(u.length - 2 * n);
  return { u: modesOf(end, 0), v: modesOf(end, n) };
}

const modes = exactModes();

/** u and v of the exact solution at the centres of `points` cells. */
function exactFields(points: number): Float64Array {
  const at = (c: Float64Array, j: number): number =>
    c.reduce((sum, value, k) => sum + value * Math.cos((Math.PI * k * (j + 0.5)) / points), 0);
  return Float64Array.from({ length: 2 * points }, (_, i) => (i < points ? at(modes.u, i) : at(modes.v, i - points)));
}

describe("fitzHughNagumo", () => {
  for (const [walls, key] of [
    ["led", "authors_bc"],
    ["bounce-back", "bounceback_bc"],
  ] as const) {
    it.skipIf(published === undefined || start === undefined)(
      `repeats the reference with ${walls} walls (${referenceHint})`,
      () => {
        const model = fitzHughNagumo({ walls });
        const f = lifted(model, start!);
        let before = 0;
        for (const [time, { u, v }] of Object.entries(published![key]).toSorted(([a], [b]) => Number(a) - Number(b))) {
          model.advance(f, before, Number(time));
          before = Number(time);
          // The same sums in another order: the factors of a step are rounded once for all, which after n steps makes
          // n times 1.1e-16 of the change; the front moves by about that.
          const tolerance = 1e-15 + 2e-16 * (before / 0.005);
          expect(largest(densitiesOf(model, f), [...u, ...v]), `t = ${time}`).toBeLessThan(tolerance);
        }
      },
    );
  }

  it("keeps the mass between bounce-back walls to rounding, and loses it at those of the authors", () => {
    // With epsilon = 0 the inhibitor only diffuses. 2000 steps round 101 nodes by 1e-17 or so each.
    const mass = (model: FitzHughNagumo, f: Float64Array): number =>
      densitiesOf(model, f)
        .subarray(101)
        .reduce((sum, v) => sum + v, 0);
    const drift = (walls: "bounce-back" | "led"): number => {
      const model = fitzHughNagumo({ walls, epsilon: 0 });
      const f = lifted(
        model,
        Float64Array.from({ length: 202 }, (_, i) => 0.1 + 0.05 * Math.sin(i / 10)),
      );
      const before = mass(model, f);
      model.advance(f, 0, 10);
      return mass(model, f) - before;
    };
    expect(Math.abs(drift("bounce-back"))).toBeLessThan(1e-12);
    expect(Math.abs(drift("led"))).toBeGreaterThan(1e-3);
  });

  it("is even about its bounce-back walls: the mirror image of a run is the run of the mirror image", () => {
    const model = fitzHughNagumo();
    const densities = Float64Array.from({ length: 202 }, (_, i) => Math.sin(i / 7) + 0.3 * Math.cos(i / 3));
    const mirrored = densities.map((_, i) => densities[i < 101 ? 100 - i : 302 - i]!);
    const [f, g] = [lifted(model, densities), lifted(model, mirrored)];
    model.advance(f, 0, 5);
    model.advance(g, 0, 5);
    const [end, image] = [densitiesOf(model, f), densitiesOf(model, g)];
    // Sums of populations in the other order, over 1000 steps.
    expect(
      largest(
        image,
        Array.from(end, (_, i) => end[i < 101 ? 100 - i : 302 - i]!),
      ),
    ).toBeLessThan(1e-12);
  });

  it("is of second order between bounce-back walls, where the authors' rule is of first order", () => {
    const errors = (walls: "bounce-back" | "led") =>
      [50, 100, 200].map((points) => {
        const model = fitzHughNagumo({ walls, points, spacing: 20 / points });
        const f = lifted(model, cosines(points));
        model.advance(f, 0, 10);
        const [found, exact] = [densitiesOf(model, f), exactFields(points)];
        return [0, points].map((from) =>
          largest(found.subarray(from, from + points), exact.subarray(from, from + points)),
        );
      });
    const [good, authors] = [errors("bounce-back"), errors("led")];
    const order = (e: number[][], field: number): number => Math.log2(e[1]![field]! / e[2]![field]!);
    expect(order(good, 0)).toBeGreaterThan(1.95);
    expect(order(good, 1)).toBeGreaterThan(1.95);
    expect(order(authors, 1)).toBeGreaterThan(0.9);
    expect(order(authors, 1)).toBeLessThan(1.1);
    // The errors themselves, as found by another program against finite volumes (`fhn-lb.json`): 2 % is that solution's own.
    const table = [
      [0.011339697, 6.12258e-5, 6.53536e-4],
      [0.002973987, 1.53627e-5, 3.38668e-4],
      [7.5643e-4, 3.86465e-6, 1.723e-4],
    ];
    table.forEach(([u, v, vAuthors], k) => {
      expect(Math.abs(good[k]![0]! / u! - 1), `u at ${k}`).toBeLessThan(0.02);
      expect(Math.abs(good[k]![1]! / v! - 1), `v at ${k}`).toBeLessThan(0.02);
      expect(Math.abs(authors[k]![1]! / vAuthors! - 1), `v at ${k}, authors`).toBeLessThan(0.02);
    });
  });

  it.skipIf(!hasStarts)(
    `has the ranges of the published data from the six initial conditions (${referenceHint})`,
    () => {
      // The authors kept the states after 1 + 200 m steps, m = 0 to 450; their program prints these extremes.
      const model = fitzHughNagumo({ walls: "led", members: 6 });
      const f = new Float64Array(model.size);
      model.lifting("equal-weights").lift(Float64Array.from(starts.flatMap((state) => [...state!])), f);
      const range = [Infinity, -Infinity, Infinity, -Infinity];
      model.advance(f, 0, model.dt);
      for (let m = 0; m <= 450; m++) {
        const fields = densitiesOf(model, f);
        for (let i = 0; i < fields.length; i++) {
          const at = Math.floor(i / 101) % 2 === 0 ? 0 : 2;
          range[at] = Math.min(range[at]!, fields[i]!);
          range[at + 1] = Math.max(range[at + 1]!, fields[i]!);
        }
        model.advance(f, m, m + 1);
      }
      // Six printed digits.
      [-1.02202, 1.02337, -0.174942, 0.186617].forEach((edge, k) => {
        expect(Math.abs(range[k]! - edge)).toBeLessThan(k < 2 ? 5e-6 : 1e-6);
      });
    },
  );

  it.skipIf(start === undefined)(
    `settles on a cycle of period 186.185 with the authors' walls (${referenceHint})`,
    () => {
      const model = fitzHughNagumo({ walls: "led" });
      const f = lifted(model, starts[5]!);
      const crossings: number[] = [];
      // A disturbance of the cycle halves in a period.
      model.advance(f, 0, 1500);
      const mean = (): number =>
        densitiesOf(model, f)
          .subarray(0, 101)
          .reduce((sum, u) => sum + u, 0);
      let before = mean();
      for (let k = 0; k < 3000; k++) {
        model.advance(f, 1500 + k / 10, 1500 + (k + 1) / 10);
        const now = mean();
        if (before < 0 && now >= 0) crossings.push(1500 + (k - before / (now - before)) / 10);
        before = now;
      }
      expect(crossings.length).toBe(2);
      // The mean of 42 periods after t = 1000, of standard deviation 0.001, in `fhn-statistics.json`.
      expect(Math.abs(crossings[1]! - crossings[0]! - 186.1853)).toBeLessThan(0.002);
    },
  );

  it("needs no more modes for its exact solution", () => {
    expect(Math.max(...modes.u.subarray(60).map(Math.abs))).toBeLessThan(1e-8);
  });
});

describe("restarts of fitzHughNagumo from densities", () => {
  const kinds = ["equal-weights", "first-order", "kept"] as const;
  const model = fitzHughNagumo({ points: 20, members: 2 });
  const numbers = (length: number) =>
    fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });

  it("have these densities, and the populations they are made of", () => {
    fc.assert(
      fc.property(numbers(80), numbers(240), (coarse, before) => {
        for (const kind of kinds) {
          const f = Float64Array.from(before);
          model.lifting(kind).lift(Float64Array.from(coarse), f);
          // A few roundings of numbers up to 4.
          expect(largest(densitiesOf(model, f), coarse)).toBeLessThan(4e-15);
          if (kind !== "kept") continue;
          // Only the mean over the three populations has changed.
          for (let i = 0; i < 20; i++) {
            expect(Math.abs(f[i]! - f[40 + i]! - (before[i]! - before[40 + i]!))).toBeLessThan(4e-15);
          }
        }
      }),
    );
  });

  it("have the first-order flux of a cosine at every node, those at the walls too", () => {
    // The central difference of cos(k (j + 1/2)), even about the walls, is -2 sin(k) sin(k (j + 1/2)).
    const [points, k] = [20, (3 * Math.PI) / 20];
    const single = fitzHughNagumo({ points });
    const f = new Float64Array(single.size);
    const rho = Float64Array.from({ length: 40 }, (_, i) => Math.cos(k * ((i % points) + 0.5)));
    single.lifting("first-order").lift(rho, f);
    for (const [field, omega] of [
      [0, 2 / 1.375],
      [1, 0.8],
    ] as const) {
      for (let j = 0; j < points; j++) {
        const [minus, rest, plus] = [0, 1, 2].map((i) => f[(3 * field + i) * points + j]!);
        // f_+ - f_- = -2 dx rho_x / (3 omega).
        expect(Math.abs(plus! - minus! - (2 / (3 * omega)) * Math.sin(k) * Math.sin(k * (j + 0.5)))).toBeLessThan(
          1e-15,
        );
        expect(rest).toBe(rho[points * field + j]! / 3);
      }
    }
  });

  it("cost a hundredth of the error with first-order populations, and none with kept ones", () => {
    const lattice = fitzHughNagumo();
    const begin = lifted(lattice, cosines(101, 20.2));
    lattice.advance(begin, 0, 50);
    const run = (kind?: (typeof kinds)[number]): Float64Array => {
      const f = begin.slice();
      for (let t = 0; t < 100; t += 10) {
        lattice.advance(f, t, t + 10);
        if (kind !== undefined) lattice.lifting(kind).lift(densitiesOf(lattice, f), f);
      }
      return densitiesOf(lattice, f);
    };
    const truth = run();
    const [equal, first, kept] = kinds.map((kind) => largest(run(kind), truth));
    expect(equal!).toBeGreaterThan(1e-4);
    expect(equal! / first!).toBeGreaterThan(50);
    expect(kept!).toBeLessThan(1e-12);
  });

  it("are near what a run makes by itself: the first-order flux has an error of third order in the spacing", () => {
    const flux = (points: number): number => {
      const lattice = fitzHughNagumo({ points, spacing: 20 / points });
      const f = lifted(lattice, cosines(points));
      lattice.advance(f, 0, 5);
      const made = new Float64Array(lattice.size);
      lattice.lifting("first-order").lift(densitiesOf(lattice, f), made);
      const of = (state: Float64Array) => Array.from({ length: points }, (_, j) => state[2 * points + j]! - state[j]!);
      return largest(of(made), of(f));
    };
    expect(Math.log2(flux(100) / flux(200))).toBeGreaterThan(2.8);
  });
});

describe("fitzHughNagumo as an object", () => {
  const begin = cosines(101);

  it("moves members as it moves one, and pieces as the whole", () => {
    const [one, three] = [fitzHughNagumo(), fitzHughNagumo({ members: 3 })];
    const densities = Float64Array.from([...begin, ...begin.map((value) => value / 2), ...begin]);
    const many = lifted(three, densities);
    three.advance(many, 0, 2);
    const alone = lifted(one, begin);
    one.advance(alone, 5, 5.5);
    one.advance(alone, 5.5, 7);
    expect(many.subarray(0, one.size)).toEqual(alone);
    expect(many.subarray(2 * one.size)).toEqual(alone);
    expect(largest(many.subarray(one.size, 2 * one.size), alone)).toBeGreaterThan(0.01);
  });

  it("takes new parameters between calls and goes on with the same populations", () => {
    const [changing, other] = [fitzHughNagumo(), fitzHughNagumo({ epsilon: 0.01, activatorDiffusivity: 2 })];
    const f = lifted(changing, begin);
    changing.advance(f, 0, 1);
    const g = f.slice();
    changing.set({ epsilon: 0.01, activatorDiffusivity: 2 });
    changing.advance(f, 1, 3);
    other.advance(g, 1, 3);
    expect(f).toEqual(g);
    expect(changing.parameters).toEqual(other.parameters);
    expect(() => changing.set({ epsilon: -1 })).toThrow("epsilon must not be negative, got -1");
    expect(() => changing.set({ eps: 0.006 } as never)).toThrow("fitzHughNagumo.set: unknown option eps");
    expect(changing.parameters.epsilon).toBe(0.01);
  });

  it("refuses malformed arguments, parts of steps, and states that are not finite", () => {
    const make = (spec: FitzHughNagumoSpec) => fitzHughNagumo(spec);
    expect(() => make({ points: 1 })).toThrow("fitzHughNagumo: points must be an integer between 2");
    expect(() => make({ walls: "open" as never })).toThrow('walls must be one of "bounce-back", "led", got "open"');
    expect(() => make({ activatorDifusivity: 1 } as never)).toThrow("did you mean activatorDiffusivity?");
    const model = make({ points: 5 });
    const f = new Float64Array(30);
    expect(() => model.advance(f, 0, 0.0025)).toThrow("t1 - t0 must be a whole number of steps of 0.005, got 0.0025");
    expect(() => model.advance(f, 1, 0)).toThrow("a whole number of steps");
    expect(() => model.advance(new Float64Array(29), 0, 1)).toThrow("u must have length 30");
    expect(() => model.lifting("equal" as never)).toThrow("start must be one of");
    expect(() => model.lifting("kept").lift(new Float64Array(9), f)).toThrow("coarse must have length 10");
    f[3] = 1e200;
    expect(() => model.advance(f, 2, 3)).toThrow(expect.objectContaining({ code: "nonfinite-state", t: 2 }));
  });

  it("keeps its relaxation rates on finer grids, with time steps that fall as the square of the spacing", () => {
    const fine = fitzHughNagumo({ points: 401, spacing: 0.05 });
    expect(fine.dt).toBeCloseTo(0.005 / 16, 15);
    const f = lifted(fine, cosines(401, 20.05));
    fine.advance(f, 0, 10);
    const exact = exactFields(401);
    // The walls are 20.05 apart in place of 20, which moves v by some 1e-4.
    expect(largest(densitiesOf(fine, f).subarray(401), exact.subarray(401))).toBeLessThan(1e-3);
  });
});
