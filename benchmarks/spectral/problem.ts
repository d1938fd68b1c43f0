import { type PeriodicField, type PeriodicFieldOptions, periodicField } from "@hml/integrators";
import { kernelEngine, realFft } from "@hml/kernels";

/** Whose transforms: those of `@hml/kernels`, or the plain ones that periodicField has of its own. */
export type Transforms = "kernels" | "own";

/** Each field has an engine of its own, of 16 MiB, which is enough for 400,000 points. */
function fftOf(transforms: Transforms): Pick<PeriodicFieldOptions, "fft"> {
  return transforms === "own" ? {} : { fft: (shape) => realFft(kernelEngine(), shape) };
}

/** A run of Kuramoto and Sivashinsky's equation, u_t = -u_xx - u_xxxx - (u^2 / 2)_x. */
export interface Run {
  readonly task: string;
  readonly points: number;
  readonly length: number;
  /** Those that are faster at this length: the plain ones where a transform is shorter than its call. */
  readonly transforms: Transforms;
  /** Runs in a sample: some hundredths of a second. */
  readonly repeats: number;
}

/** Step of every run. */
export const STEP = 1 / 8;
/** Steps of one run: to t = 50, well into the chaos. */
export const STEPS = 400;

/** The spacing of the points is the same in both: the long box holds eight short ones. */
export const runs: readonly Run[] = [
  { task: "ks_etdrk4_64", points: 64, length: 22, transforms: "own", repeats: 45 },
  { task: "ks_etdrk4_512", points: 512, length: 176, transforms: "kernels", repeats: 9 },
];

/** The equation on one period, without de-aliasing. */
export function kuramotoSivashinsky({ points, length }: Run, transforms: Transforms): PeriodicField {
  return periodicField({
    ...fftOf(transforms),
    points,
    length,
    symbol: (k) => k * k - k * k * k * k,
    nonlinear(_t, u, out) {
      for (let j = 0; j < points; j++) out[j] = -0.5 * u[j]! * u[j]!;
    },
    outer: (k) => [0, k],
  });
}

/** cos(2 pi x / length) (1 + sin(2 pi x / 22)): at length 22 the initial state of the reference tables. */
export function initialField({ length }: Run, x: ArrayLike<number>): Float64Array {
  const long = (2 * Math.PI) / length;
  const short = (2 * Math.PI) / 22;
  return Float64Array.from(x, (at) => Math.cos(long * at) * (1 + Math.sin(short * at)));
}
