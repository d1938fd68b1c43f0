import { callable, checkOptions, finite, finiteVector, lengthOf, positive, show } from "@hml/guard";
import type { Rhs, Vec } from "../../rhs.ts";
import type { SemilinearProblem } from "../semilinear.ts";
import { realFft } from "./real-fft.ts";

/** A function of the wavenumber k >= 0: a real number, or [re, im]. For a real field its value at -k is the conjugate. */
export type FourierSymbol = (k: number) => number | readonly [re: number, im: number];

/** What `periodicField` needs. */
export interface PeriodicFieldOptions {
  /** Grid points, a power of two, at least 4; x_j = j length / points. */
  readonly points: number;
  /** Length of the period. */
  readonly length: number;
  /** The symbol of L: L e^(ikx) = symbol(k) e^(ikx). The Laplacian has -k^2, d/dx has [0, k]. */
  readonly symbol: FourierSymbol;
  /** n(t, u), of the values of u at the grid points; written into `out`. */
  readonly nonlinear: Rhs;
  /** The symbol of a linear operator A around it, N(u) = A n(u): [0, k] for a derivative of a flux. Default 1. */
  readonly outer?: FourierSymbol;
  /** Drop the upper third of the modes of N, so that products of two fields do not alias; default false. */
  readonly dealias?: boolean;
}

/** A semilinear problem in the Fourier coefficients of a field, with the way in and out. */
export interface PeriodicField extends SemilinearProblem {
  /** The grid points. */
  readonly x: Vec;
  /** The coefficients of a field given at the grid points: `size` numbers, the state of the problem. */
  coefficients(field: ArrayLike<number>): Vec;
  /** The field at the grid points, from a state; written into `out`, `points` numbers. */
  field(state: Vec, out: Vec): void;
}

/**
 * The partial differential equation u_t = L u + A n(t, u) for a real field on a period, by Fourier collocation: two small
 * functions make a solver of it.
 *
 * The state is u_m = (1 / points) sum_j u(x_j) e^(-i k_m x_j), k_m = 2 pi m / length, m = 0, ..., points / 2, interleaved
 * re, im: `points` + 2 numbers. At the last mode, whose derivative the grid does not see, imaginary parts of symbols are 0.
 * Each evaluation is an inverse and a forward transform. The transforms are owned: not re-entrant, one per worker.
 *
 * ```ts
 * // Kuramoto-Sivashinsky: u_t = -u_xx - u_xxxx - (u^2 / 2)_x
 * const ks = periodicField({
 *   points: 64,
 *   length: 22,
 *   symbol: (k) => k * k - k * k * k * k,
 *   nonlinear: (_t, u, out) => { for (let j = 0; j < 64; j++) out[j] = (-u[j]! * u[j]!) / 2; },
 *   outer: (k) => [0, k],
 * });
 * const u0 = ks.coefficients(ks.x.map((x) => Math.cos((Math.PI * x) / 11)));
 * const { u } = solve(etdrk4(ks), u0, [0, 10], { dt: 1 / 8 });
 * ```
 *
 * Points: enough that the last coefficients are below the error you want. Source: Trefethen, Spectral Methods in MATLAB
 * (2000), chapters 3 and 10; Canuto, Hussaini, Quarteroni, Zang, Spectral Methods (2006), chapter 3, for the 2/3 rule.
 *
 * @throws TypeError or RangeError for bad options, or a symbol that is not finite or not real at k = 0
 */
export function periodicField(options: PeriodicFieldOptions): PeriodicField {
  checkOptions("periodicField", options, ["points", "length", "symbol", "nonlinear", "outer", "dealias"]);
  const { points, length, symbol, nonlinear, outer, dealias = false } = options;
  positive("periodicField", "length", length);
  callable("periodicField", "symbol", symbol);
  callable("periodicField", "nonlinear", nonlinear);
  if (outer !== undefined) callable("periodicField", "outer", outer);
  if (typeof dealias !== "boolean") {
    throw new TypeError(`periodicField: dealias must be true or false, got ${show(dealias)}`);
  }
  const fft = realFft(points);
  const size = points + 2;
  const wavenumber = (2 * Math.PI) / length;
  const linear = sampled("symbol", symbol, size, wavenumber);
  const factor = sampled("outer", outer ?? (() => 1), size, wavenumber);
  // Modes m > points / 3 go.
  if (dealias) factor.fill(0, 2 * (Math.floor(points / 3) + 1));
  const values = new Float64Array(points);
  const slopes = new Float64Array(points);
  return {
    size,
    scalars: "complex",
    linear,
    x: Float64Array.from({ length: points }, (_, j) => (j * length) / points),
    nonlinear(t, u, out) {
      fft.inverse(u, values);
      nonlinear(t, values, slopes);
      fft.forward(slopes, out);
      for (let i = 0; i < size; i += 2) {
        const re = out[i]!;
        const im = out[i + 1]!;
        out[i] = factor[i]! * re - factor[i + 1]! * im;
        out[i + 1] = factor[i]! * im + factor[i + 1]! * re;
      }
    },
    coefficients(field) {
      finiteVector("periodicField", "field", field, points);
      const state = new Float64Array(size);
      fft.forward(Float64Array.from(field), state);
      return state;
    },
    field(state, out) {
      lengthOf("periodicField", "state", state, size);
      lengthOf("periodicField", "out", out, points);
      fft.inverse(state, out);
    },
  };
}

/** A symbol at the wavenumbers of the modes, interleaved re, im. */
function sampled(name: string, symbol: FourierSymbol, size: number, wavenumber: number): Vec {
  const out = new Float64Array(size);
  for (let i = 0; i < size; i += 2) {
    const k = (wavenumber * i) / 2;
    const value = symbol(k);
    if (typeof value !== "number") finiteVector("periodicField", `${name}(${k})`, value, 2);
    const [re, im] = typeof value === "number" ? [value, 0] : value;
    out[i] = finite("periodicField", `${name}(${k})`, re);
    if (i < size - 2) out[i + 1] = im;
  }
  if (out[1] !== 0) {
    throw new RangeError(`periodicField: ${name}(0) must be real for a real field, got imaginary part ${show(out[1])}`);
  }
  return out;
}
