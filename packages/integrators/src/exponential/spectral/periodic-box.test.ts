import { describe, expect, it } from "vitest";
import { solve } from "../../solve.ts";
import { etd1, etdrk4 } from "../etdrk.ts";
import { imex1 } from "../imex.ts";
import { gridFft } from "./grid-fft.ts";
import { type PeriodicFieldOptions, periodicField } from "./periodic-field.ts";

const none = (_t: number, _u: Float64Array, out: Float64Array): void => void out.fill(0);

/** Largest distance of a state's field from a function of the points. */
function distance(
  equation: ReturnType<typeof periodicField>,
  state: Float64Array,
  exact: (x: number, y: number, z: number) => number,
): number {
  const [xs, ys, zs] = [0, 1, 2].map((d) => equation.axes[d] ?? new Float64Array(1)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const field = new Float64Array(xs.length * ys.length * zs.length);
  equation.field(state, field);
  return field.reduce((worst, value, j) => {
    const [i, rest] = [j % xs.length, Math.floor(j / xs.length)];
    const at = exact(xs[i]!, ys[rest % ys.length]!, zs[Math.floor(rest / ys.length)]!);
    return Math.max(worst, Math.abs(value - at));
  }, 0);
}

describe("periodicField in a rectangle and a box", () => {
  it("advects and diffuses a wave exactly, on any grid", () => {
    // u_t = u_xx + 2 u_yy - 3 u_x + u_y, with wave numbers 2 and 4 pi.
    const wave = (x: number, y: number): number => Math.cos(2 * x + 4 * Math.PI * y + 0.2);
    for (const points of [
      [12, 10],
      [9, 7],
      [40, 24],
      [6, 11],
    ] as const) {
      const equation = periodicField({
        points,
        length: [2 * Math.PI, 1],
        symbol: (kx, ky) => [-kx * kx - 2 * ky * ky, -3 * kx + ky],
        nonlinear: none,
      });
      const u = equation.coefficients(wave);
      etdrk4(equation).step(0, 0.01, u, u);
      const rate = 4 + 2 * (4 * Math.PI) ** 2;
      const exact = (x: number, y: number): number => Math.exp(-0.01 * rate) * wave(x - 0.03, y + 0.01);
      expect(distance(equation, u, exact)).toBeLessThan(1e-14);
    }
  });

  it("does the same in three dimensions", () => {
    const equation = periodicField({
      points: [8, 6, 10],
      length: [2 * Math.PI, 2 * Math.PI, 2 * Math.PI],
      symbol: (kx, ky, kz) => [-(kx * kx + ky * ky + kz * kz), -kx - 2 * ky + 3 * kz],
      nonlinear: none,
    });
    const wave = (x: number, y: number, z: number): number => Math.sin(3 * x - 2 * y + 4 * z);
    const u = equation.coefficients(wave);
    etdrk4(equation).step(0, 0.05, u, u);
    const exact = (x: number, y: number, z: number): number => Math.exp(-0.05 * 29) * wave(x - 0.05, y - 0.1, z + 0.15);
    expect(distance(equation, u, exact)).toBeLessThan(1e-14);
  });

  it("gives products of derivatives by inner and outer operators", () => {
    // n = u_x u_y and n' = u^2 under d/dy and the Laplacian: N = (u_x u_y)_y + lap(u^2).
    const equation = periodicField({
      points: [16, 20],
      length: [2 * Math.PI, 2 * Math.PI],
      symbol: () => 0,
      inner: [() => 1, (kx) => [0, kx], (_kx, ky) => [0, ky]],
      outer: [(_kx, ky) => [0, ky], (kx, ky) => -kx * kx - ky * ky],
      nonlinear(_t, u, out) {
        for (let j = 0; j < 320; j++) {
          out[j] = u[320 + j]! * u[640 + j]!;
          out[320 + j] = u[j]! * u[j]!;
        }
      },
    });
    const slope = new Float64Array(equation.size);
    // u = sin x cos 2y: u_x u_y = -2 sin x cos x sin 2y cos 2y = -sin 2x sin 4y / 2;
    // u^2 = (1 - cos 2x) (1 + cos 4y) / 4.
    equation.nonlinear(
      0,
      equation.coefficients((x, y) => Math.sin(x) * Math.cos(2 * y)),
      slope,
    );
    const exact = (x: number, y: number): number => {
      const [c2, c4] = [Math.cos(2 * x), Math.cos(4 * y)];
      return -2 * Math.sin(2 * x) * c4 + c2 * (1 + c4) - 4 * (1 - c2) * c4;
    };
    expect(distance(equation, slope, exact)).toBeLessThan(1e-13);
  });

  it("solves the vorticity equation: a Taylor-Green vortex on a wind decays at the rate of viscosity", () => {
    // w_t = nu lap w - (v . grad) w, v = (1, 0) + (psi_y, -psi_x), -lap psi = w; w = 2 cos(x - t) cos(y) e^(-2 nu t).
    const nu = 0.1;
    const square = (kx: number, ky: number): number => kx * kx + ky * ky;
    const equation = periodicField({
      points: [16, 12],
      length: [2 * Math.PI, 2 * Math.PI],
      symbol: (kx, ky) => -nu * square(kx, ky),
      inner: [
        (kx, ky) => [0, kx === 0 && ky === 0 ? 0 : ky / square(kx, ky)],
        (kx, ky) => [0, kx === 0 && ky === 0 ? 0 : -kx / square(kx, ky)],
        (kx) => [0, kx],
        (_kx, ky) => [0, ky],
      ],
      nonlinear(_t, u, out) {
        for (let j = 0; j < 192; j++) out[j] = -((1 + u[j]!) * u[384 + j]! + u[192 + j]! * u[576 + j]!);
      },
      dealias: true,
    });
    const exact = (t: number) => (x: number, y: number) => 2 * Math.cos(x - t) * Math.cos(y) * Math.exp(-2 * nu * t);
    const { u } = solve(etdrk4(equation), equation.coefficients(exact(0)), [0, 1], { dt: 1 / 64, saveAt: [1] });
    // Order 4: the wind's rotation leaves dt^4 / 120 = 5e-10 of 2.
    expect(distance(equation, u, exact(1))).toBeLessThan(2e-9);
  });

  it("takes a nonlinear term in coefficients, made of its own operators and transforms", () => {
    const options: PeriodicFieldOptions = {
      points: [12, 8],
      length: [3, 2],
      symbol: (kx, ky) => -0.1 * (kx * kx + ky * ky),
      nonlinear(_t, u, out) {
        for (let j = 0; j < 96; j++) out[j] = u[j]! * u[j]!;
      },
      outer: (kx) => [0, kx],
    };
    const equation = periodicField(options);
    const derivative = equation.operator((kx) => [0, kx]);
    const field = new Float64Array(96);
    const spectral = {
      ...equation,
      nonlinear(_t: number, c: Float64Array, out: Float64Array): void {
        equation.field(c, field);
        for (let j = 0; j < 96; j++) field[j] = field[j]! * field[j]!;
        equation.transform(field, out);
        derivative(out, out);
      },
    };
    const start = equation.coefficients((x, y) => Math.cos((2 * Math.PI * x) / 3) + Math.sin(Math.PI * y));
    const [u, v] = [start.slice(), start.slice()];
    etdrk4(equation).step(0, 0.01, u, u);
    etdrk4(spectral).step(0, 0.01, v, v);
    expect(v).toEqual(u);
    expect(u).not.toEqual(start);
  });

  it("works with transforms that are given to it, and refuses those of another grid", () => {
    const options: PeriodicFieldOptions = {
      points: [6, 4],
      length: [1, 1],
      symbol: () => -1,
      nonlinear: (_t, u, out) => out.set(u),
    };
    const calls: string[] = [];
    const equation = periodicField({
      ...options,
      fft(shape) {
        const ours = gridFft(shape);
        const { points, size } = ours;
        return {
          points,
          size,
          forward: (u, out) => void (calls.push("forward"), ours.forward(u, out)),
          inverse: (c, out) => void (calls.push("inverse"), ours.inverse(c, out)),
        };
      },
    });
    const u = equation.coefficients((x, y) => x * y);
    const [a, b] = [new Float64Array(32), new Float64Array(32)];
    etd1(equation).step(0, 0.1, u, a);
    expect(calls).toEqual(["forward", "inverse", "forward"]);
    etd1(periodicField(options)).step(0, 0.1, u, b);
    expect(a).toEqual(b);
    expect(() => periodicField({ ...options, fft: () => gridFft([4, 4]) })).toThrow(
      "periodicField: fft(shape) must have points 24 and size 32, got 16 and 24",
    );
    expect(() => periodicField({ ...options, fft: () => gridFft([4, 6]) })).toThrow("got 24 and 36");
  });

  it("lays states out as NumPy's rfft2 does, x contiguous", () => {
    const equation = periodicField({ points: [6, 4], length: [1, 1], symbol: () => 0, nonlinear: none });
    expect(equation.size).toBe(2 * 4 * 4);
    // cos(2 pi (2 x - y)) has 1/2 at m = 2, n = -1, which is row 3.
    const state = equation.coefficients((x, y) => Math.cos(2 * Math.PI * (2 * x - y)));
    state.forEach((value, i) => expect(Math.abs(value - (i === 2 * (3 * 4 + 2) ? 0.5 : 0))).toBeLessThan(1e-16));
  });

  it("takes symbols at the shortest waves as the mean over both signs", () => {
    const equation = periodicField({
      points: [4, 6],
      length: [2 * Math.PI, 2 * Math.PI],
      symbol: (kx, ky) => [kx * ky, kx + ky],
      nonlinear: none,
    });
    const at = (m: number, n: number): number[] =>
      Array.from(equation.linear).slice(2 * (3 * n + m), 2 * (3 * n + m) + 2);
    expect(at(1, 1)).toEqual([1, 2]);
    expect(at(1, 5)).toEqual([-1, 0]);
    expect(at(1, 3)).toEqual([0, 1]);
    expect(at(2, 1)).toEqual([0, 1]);
    expect(at(2, 5)).toEqual([0, -1]);
    expect(at(2, 3)).toEqual([0, 0]);
    expect(at(0, 0)).toEqual([0, 0]);
  });

  it("drops the upper third of the modes along each axis", () => {
    const equation = periodicField({
      points: [12, 9],
      length: [1, 1],
      symbol: () => 0,
      nonlinear: (_t, u, out) => out.set(u),
      dealias: true,
    });
    const noise = Float64Array.from({ length: 108 }, (_, j) => Math.sin(1 + j * j));
    const state = equation.coefficients(noise);
    const out = new Float64Array(equation.size);
    equation.nonlinear(0, state, out);
    for (let n = 0; n < 9; n++) {
      for (let m = 0; m <= 6; m++) {
        const kept = m <= 4 && Math.min(n, 9 - n) <= 3;
        for (const i of [2 * (7 * n + m), 2 * (7 * n + m) + 1]) {
          expect(Math.abs(out[i]! - (kept ? state[i]! : 0))).toBeLessThan(1e-15);
          if (!kept) expect(Math.abs(out[i]!)).toBe(0);
        }
      }
    }
  });

  it("keeps states Hermitian in every bit, so that growing waves carry no error that the field does not show", () => {
    // Cahn-Hilliard: waves grow at up to 0.25, for t = 400 by e^100; an anti-Hermitian part of 1e-17 would be at 1e26.
    const square = (kx: number, ky: number): number => kx * kx + ky * ky;
    const equation = periodicField({
      points: [12, 14],
      length: [12, 14],
      symbol: (kx, ky) => square(kx, ky) - square(kx, ky) * square(kx, ky),
      nonlinear(_t, u, out) {
        for (let j = 0; j < u.length; j++) out[j] = u[j]! * u[j]! * u[j]!;
      },
      outer: (kx, ky) => -square(kx, ky),
    });
    const start = equation.coefficients(Float64Array.from({ length: 168 }, (_, j) => 0.3 * Math.sin(1 + j * j)));
    for (const scheme of [imex1, etd1, etdrk4]) {
      const u = start.slice();
      const stepper = scheme(equation);
      for (let k = 0; k < 4000; k++) stepper.step(0.1 * k, 0.1, u, u);
      for (const m of [0, 6]) {
        for (let n = 0; n < 14; n++) {
          const [p, q] = [2 * (7 * n + m), 2 * (7 * ((14 - n) % 14) + m)];
          expect(u[q]).toBe(u[p]);
          expect(u[q + 1]! + u[p + 1]!).toBe(0);
        }
      }
      // The mean of a conserved field keeps every bit.
      expect(u[0]).toBe(start[0]);
      expect(Math.max(...u.map(Math.abs))).toBeLessThan(1);
    }
  });
});
