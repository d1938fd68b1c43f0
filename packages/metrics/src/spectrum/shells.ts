import { checkOptions, integer, lengthOf, positive } from "@hml/guard";
import { fourier } from "./fourier.ts";

/** A periodic box. */
export interface BoxOptions {
  /** Points along each axis, the last one contiguous. */
  readonly shape: readonly number[];
  /** Length of the box along each axis; 2 pi by default, which makes the wavenumbers integers. */
  readonly extent?: readonly number[];
}

/** The wavenumbers of a periodic box, sorted into shells of equal width. */
export interface Shells {
  /** Points of the box. */
  readonly points: number;
  /** The shell of each Fourier coefficient, round(|k| / width). */
  readonly shell: Int32Array;
  /** Coefficients in each shell, out to the corner of the box. */
  readonly counts: Float64Array;
  /** Width of a shell: 2 pi over the longest side. */
  readonly width: number;
  /** Last shell inside the largest wavenumber of every axis; shells beyond are cut by the box. */
  readonly complete: number;
}

/** Checks a box and sorts its wavenumbers. */
export function shellsOf(where: string, options: BoxOptions): Shells {
  checkOptions(where, options, ["shape", "extent"]);
  const { shape, extent } = options;
  const axes = lengthOf(where, "shape", shape);
  integer(where, "number of axes", axes, 1, 8);
  if (extent !== undefined) lengthOf(where, "extent", extent, axes);
  const sides = Array.from({ length: axes }, (_, a) => positive(where, `extent[${a}]`, extent?.[a] ?? 2 * Math.PI));
  let points = 1;
  for (let a = 0; a < axes; a++) points *= integer(where, `shape[${a}]`, shape[a], 1, 16_777_216);
  integer(where, "number of points", points, 1, 16_777_216);
  const width = (2 * Math.PI) / Math.max(...sides);
  // In units of the shell width, so that cubes have integers and no rounding decides.
  const scale = sides.map((side) => Math.max(...sides) / side);
  const shell = new Int32Array(points);
  let last = 0;
  for (let i = 0; i < points; i++) {
    let square = 0;
    let rest = i;
    for (let a = axes - 1; a >= 0; a--) {
      const n = shape[a]!;
      const j = rest % n;
      rest = (rest - j) / n;
      const k = (2 * j < n ? j : j - n) * scale[a]!;
      square += k * k;
    }
    shell[i] = Math.round(Math.sqrt(square));
    last = Math.max(last, shell[i]!);
  }
  const counts = new Float64Array(last + 1);
  for (const s of shell) counts[s] = counts[s]! + 1;
  let complete = last;
  for (let a = 0; a < axes; a++) {
    if (shape[a]! > 1) complete = Math.min(complete, Math.floor(Math.floor(shape[a]! / 2) * scale[a]! * (1 + 1e-12)));
  }
  return { points, shell, counts, width, complete };
}

/** |X_k|^2 of a real field, the unscaled transform along every axis. */
export function squaredTransform(field: Float64Array, shape: readonly number[]): Float64Array {
  const re = Float64Array.from(field);
  const im = new Float64Array(re.length);
  let stride = re.length;
  for (const n of shape) {
    stride /= n;
    const transform = fourier(n);
    const lineRe = new Float64Array(n);
    const lineIm = new Float64Array(n);
    for (let outer = 0; outer < re.length; outer += n * stride) {
      for (let inner = 0; inner < stride; inner++) {
        for (let j = 0; j < n; j++) {
          lineRe[j] = re[outer + inner + j * stride]!;
          lineIm[j] = im[outer + inner + j * stride]!;
        }
        transform.forward(lineRe, lineIm);
        for (let j = 0; j < n; j++) {
          re[outer + inner + j * stride] = lineRe[j]!;
          im[outer + inner + j * stride] = lineIm[j]!;
        }
      }
    }
  }
  for (let i = 0; i < re.length; i++) re[i] = re[i]! * re[i]! + im[i]! * im[i]!;
  return re;
}
