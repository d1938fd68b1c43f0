import { callable, checkOptions, finite, finiteVector, float64, integer, lengthOf, positive, show } from "@hml/guard";
import type { Rhs, Vec } from "../../rhs.ts";
import type { SemilinearProblem } from "../semilinear.ts";
import { type Box, type FourierSymbol, type Multiplier, multiplier, sampled } from "./fourier-symbol.ts";
import { type GridFft, gridFft } from "./grid-fft.ts";

/** One number an axis: a number alone for one axis, or a tuple in the order x, y, z. */
export type PerAxis =
  | number
  | readonly [x: number]
  | readonly [x: number, y: number]
  | readonly [x: number, y: number, z: number];

/** A function of the point (x, y, z); y and z are 0 where there is no such axis. */
export type PointFunction = (x: number, y: number, z: number) => number;

/** What `periodicField` needs. */
export interface PeriodicFieldOptions {
  /** Grid points along each axis; any numbers, the fastest have no prime factor above 5. x_j = j length / points. */
  readonly points: PerAxis;
  /** Length of the period along each axis. */
  readonly length: PerAxis;
  /** The symbol of L: L e^(ikx) = symbol(k) e^(ikx). The Laplacian has -kx^2 - ky^2, d/dx has [0, kx]. */
  readonly symbol: FourierSymbol;
  /** n(t, u), of the values of u at the grid points, x contiguous; written into `out`. */
  readonly nonlinear: Rhs;
  /**
   * The symbol of a linear operator A around it, N(u) = A n(u): [0, kx] for a derivative of a flux. Of several, n writes one
   * field for each, one behind the other, and N = A1 n1 + A2 n2 + ... Default 1.
   */
  readonly outer?: FourierSymbol | readonly FourierSymbol[];
  /** The symbols of operators B on u: n gets the fields B1 u, B2 u, ..., one behind the other, in place of u. Default 1. */
  readonly inner?: FourierSymbol | readonly FourierSymbol[];
  /** Drop the upper third of the modes of N along each axis, so that products of two fields do not alias; default false. */
  readonly dealias?: boolean;
  /** Makes the transforms for the points along x, y, z, where there are faster ones; default plain loops, any lengths. */
  readonly fft?: (shape: readonly number[]) => GridFft;
}

/** A semilinear problem in the Fourier coefficients of a field, with the way in and out. */
export interface PeriodicField extends SemilinearProblem {
  /** The grid points along x, y, z, as many axes as there are. */
  readonly axes: readonly Vec[];
  /** The grid points along x. */
  readonly x: Vec;
  /** The coefficients of a field given at the grid points, x contiguous, or as a function: a state of the problem. */
  coefficients(field: ArrayLike<number> | PointFunction): Vec;
  /** The coefficients of a field at the grid points, written into `out`; makes no arrays. */
  transform(field: Vec, out: Vec): void;
  /** The field at the grid points, from a state; written into `out`, as many numbers as there are points. */
  field(state: Vec, out: Vec): void;
  /** The linear operator with a symbol, on states: (state, out) => void; `out` may be the state. */
  operator(symbol: FourierSymbol): (state: Vec, out: Vec) => void;
}

const WHERE = "periodicField";
/** Refused above: 2^26 points, half a gigabyte an array. */
const LARGEST = 67_108_864;

/**
 * The partial differential equation u_t = L u + A n(t, B u) for a real field on a periodic line, rectangle or box, by Fourier
 * collocation: two small functions make a solver of it, the symbol of L and n.
 *
 * The state is c(m, n) = 1 / (nx ny) sum_(i, j) u(x_i, y_j) e^(-i (kx x_i + ky y_j)) with kx = 2 pi m / length, m = 0, ...,
 * floor(nx / 2) contiguous, interleaved re, im, then n = 0, ..., ny - 1, which stands for n - ny above ny / 2; so NumPy's
 * `rfft2` of an array [ny, nx], divided by the number of points. A symbol at the shortest wave of an even axis is the mean
 * over both signs of its wavenumber: first derivatives are 0 there. Each evaluation of N takes an inverse transform for each
 * B and a forward one for each A. The transforms are owned: not re-entrant, one per worker.
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
 * const u0 = ks.coefficients((x) => Math.cos((Math.PI * x) / 11));
 * const { u } = solve(etdrk4(ks), u0, [0, 10], { dt: 1 / 8 });
 * ```
 *
 * For an N that is known in coefficients, give that: `etdrk4({ ...ks, nonlinear: (t, c, out) => ... })`, with `operator`,
 * `field` and `transform` as its parts.
 *
 * Points: enough that the last coefficients are below the error you want. Source: Trefethen, Spectral Methods in MATLAB
 * (2000), chapters 3 and 10; Canuto, Hussaini, Quarteroni, Zang, Spectral Methods (2006), chapter 3, for the 2/3 rule.
 *
 * @throws TypeError or RangeError for bad options, or a symbol that is not finite or not Hermitian
 */
export function periodicField(options: PeriodicFieldOptions): PeriodicField {
  checkOptions(WHERE, options, ["points", "length", "symbol", "nonlinear", "outer", "inner", "dealias", "fft"]);
  const { points, length, symbol, nonlinear, outer, inner, dealias = false, fft: makeFft = gridFft } = options;
  const box = checkBox(points, length);
  callable(WHERE, "symbol", symbol);
  callable(WHERE, "nonlinear", nonlinear);
  const outers = symbols("outer", outer);
  const inners = symbols("inner", inner);
  if (typeof dealias !== "boolean")
    throw new TypeError(`${WHERE}: dealias must be true or false, got ${show(dealias)}`);
  const fft = callable(WHERE, "fft", makeFft)(box.shape);
  const { size } = fft;
  checkFft(fft, box);
  const before = inners.map((each, k) => factor(`inner${at(inner, k)}`, each, box, false));
  const after = outers.map((each, k) => factor(`outer${at(outer, k)}`, each, box, dealias));
  const values = new Float64Array(before.length * fft.points);
  const slopes = new Float64Array(after.length * fft.points);
  const work = new Float64Array(before.some((each) => each !== undefined) || after.length > 1 ? size : 0);
  const valueOf = before.map((_, k) => values.subarray(k * fft.points, (k + 1) * fft.points));
  const slopeOf = after.map((_, k) => slopes.subarray(k * fft.points, (k + 1) * fft.points));
  const axes = box.shape.map((n, d) => Float64Array.from({ length: n }, (_, j) => (j * box.lengths[d]!) / n));
  return {
    size,
    scalars: "complex",
    linear: sampled(WHERE, "symbol", symbol, box),
    axes,
    x: axes[0]!,
    nonlinear(t, u, out) {
      for (let k = 0; k < before.length; k++) {
        before[k]?.(u, work);
        fft.inverse(before[k] === undefined ? u : work, valueOf[k]!);
      }
      nonlinear(t, values, slopes);
      for (let k = 0; k < after.length; k++) {
        const into = k === 0 ? out : work;
        fft.forward(slopeOf[k]!, into);
        after[k]?.(into, into);
        if (k > 0) addTo(out, work);
      }
    },
    coefficients(field) {
      const given = typeof field === "function" ? atPoints(field, axes) : field;
      finiteVector(WHERE, "field", given, fft.points);
      const state = new Float64Array(size);
      fft.forward(Float64Array.from(given), state);
      return state;
    },
    transform(field, out) {
      float64(WHERE, "field", field, fft.points);
      float64(WHERE, "out", out, size);
      fft.forward(field, out);
    },
    field(state, out) {
      float64(WHERE, "state", state, size);
      float64(WHERE, "out", out, fft.points);
      fft.inverse(state, out);
    },
    operator(ofSymbol) {
      callable(WHERE, "symbol", ofSymbol);
      const apply = multiplier(sampled(WHERE, "symbol", ofSymbol, box));
      return (state, out) => {
        float64(WHERE, "state", state, size);
        float64(WHERE, "out", out, size);
        apply(state, out);
      };
    },
  };
}

/** Whole numbers of points and positive lengths, as many of the one as of the other. */
function checkBox(points: unknown, length: unknown): Box {
  const perAxis = (name: string, given: unknown): readonly unknown[] => {
    if (typeof given === "number") return [given];
    const axes = lengthOf(WHERE, name, given);
    if (!Array.isArray(given) || axes < 1 || axes > 3) {
      throw new RangeError(`${WHERE}: ${name} must be a number or an array of one to three, got ${show(given)}`);
    }
    return given;
  };
  const named = (name: string, d: number, axes: number): string => (axes === 1 ? name : `${name}[${d}]`);
  const counts = perAxis("points", points);
  const given = perAxis("length", length);
  if (given.length !== counts.length) {
    throw new RangeError(
      `${WHERE}: length must have one number an axis as points has, ${counts.length}, got ${show(length)}`,
    );
  }
  const shape = counts.map((n, d) => integer(WHERE, named("points", d, counts.length), n, 1, LARGEST));
  const total = shape.reduce((product, n) => product * n, 1);
  if (total > LARGEST) throw new RangeError(`${WHERE}: points must be at most ${LARGEST} in all, got ${total}`);
  return { shape, lengths: given.map((each, d) => positive(WHERE, named("length", d, counts.length), each)) };
}

/** Refuses transforms of another grid. */
function checkFft({ points, size }: GridFft, { shape }: Box): void {
  const count = shape.reduce((product, n) => product * n, 1);
  const numbers = (count / shape[0]!) * 2 * (Math.floor(shape[0]! / 2) + 1);
  if (points !== count || size !== numbers) {
    const got = `${show(points)} and ${show(size)}`;
    throw new RangeError(`${WHERE}: fft(shape) must have points ${count} and size ${numbers}, got ${got}`);
  }
}

function symbols(name: string, given: PeriodicFieldOptions["outer"]): readonly (FourierSymbol | undefined)[] {
  if (given === undefined) return [undefined];
  if (typeof given === "function") return [given];
  if (!Array.isArray(given)) callable(WHERE, name, given);
  if (given.length === 0) throw new RangeError(`${WHERE}: ${name} must not be empty; leave it out for 1`);
  return given.map((each, k) => callable(WHERE, `${name}[${k}]`, each));
}

function at(given: PeriodicFieldOptions["outer"], k: number): string {
  return Array.isArray(given) ? `[${k}]` : "";
}

/** The product with a symbol, without the upper third of the modes if asked; undefined for 1. */
function factor(name: string, symbol: FourierSymbol | undefined, box: Box, dealias: boolean): Multiplier | undefined {
  if (symbol === undefined && !dealias) return undefined;
  const values = sampled(WHERE, name, symbol ?? (() => 1), box);
  if (!dealias) return multiplier(values);
  const [nx = 1, ny = 1, nz = 1] = box.shape;
  const modes = Math.floor(nx / 2) + 1;
  const dropped = (m: number, n: number): boolean => 3 * Math.min(m, n - m) > n;
  for (let i = 0; i < values.length / 2; i++) {
    const row = Math.floor(i / modes);
    if (dropped(i % modes, nx) || dropped(row % ny, ny) || dropped(Math.floor(row / ny), nz))
      values.fill(0, 2 * i, 2 * i + 2);
  }
  return multiplier(values);
}

function addTo(out: Vec, x: Vec): void {
  for (let i = 0; i < out.length; i++) out[i] = out[i]! + x[i]!;
}

function atPoints(field: PointFunction, axes: readonly Vec[]): Vec {
  const [xs, ys = [0], zs = [0]] = axes as readonly [Vec, ...Vec[]];
  const out = new Float64Array(xs.length * ys.length * zs.length);
  let j = 0;
  for (const z of zs) {
    for (const y of ys) {
      for (const x of xs) {
        out[j] = finite(WHERE, `field(${x}, ${y}, ${z})`, field(x, y, z));
        j++;
      }
    }
  }
  return out;
}
