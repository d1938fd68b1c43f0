import { integer, lengthOf, show } from "@hml/guard";
import { type KernelEngine, load } from "./engine.ts";
import { fftFamily } from "./families.ts";
import type { FftExports } from "./fft-code.ts";
import { fftPlan, type Tables } from "./fft-plan.ts";
import { plainFft } from "./plain-fft.ts";

/** Lines along an axis other than x: those that start in a row of the axis, in groups, for each plane. */
export interface Axis {
  readonly plan: number;
  readonly columns: number;
  readonly groups: number;
  readonly planes: number;
}

/** Sizes above this do not fit into a memory in any case. */
const LARGEST = 0x8000000;

/** Columns are transformed in groups of as many complex numbers as a first cache of 32 kB holds. */
const GROUP = 2048;

/** Checks a shape of one to three axes and gives the number of points. */
export function checkShape(where: string, shape: readonly number[]): number {
  const axes = lengthOf(where, "shape", shape);
  if (!Array.isArray(shape) || axes < 1 || axes > 3) {
    throw new RangeError(`${where}: shape must be an array of one to three numbers, got ${show(shape)}`);
  }
  const points = shape.reduce<number>((product, n, d) => product * integer(where, `shape[${d}]`, n, 1, LARGEST), 1);
  return integer(where, "the number of points", points, 1, LARGEST);
}

/** The transforms of an engine: WebAssembly, or the twins over its memory. */
export function fftCode(where: string, engine: KernelEngine): FftExports {
  const exports = load(where, engine, fftFamily);
  if (exports !== undefined) return exports;
  const { buffer } = engine.float64(1);
  return plainFft(new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8)));
}

/** The axes above x of a grid whose rows are `modes` complex numbers. */
export function axesAbove(tables: Tables, code: FftExports, shape: readonly number[], modes: number): readonly Axis[] {
  let columns = modes;
  return shape.slice(1).map((n, d) => {
    const groups = Math.ceil(columns / Math.max(1, Math.floor(GROUP / n)));
    const plan = fftPlan(tables, code, n, Math.ceil(columns / groups));
    const axis = { plan, columns, groups, planes: d === 0 ? (shape[2] ?? 1) : 1 };
    columns *= n;
    return axis;
  });
}

/** Transforms of x along an axis into y, which may be x. */
export function along(code: FftExports, axis: Axis, sign: 1 | -1, x: Float64Array, y: Float64Array): void {
  code.complexColumns(axis.plan, sign, x.byteOffset, y.byteOffset, axis.columns, axis.groups, axis.planes);
}

/** x itself if it lies in the memory of `place`, else its copy there. */
export function inMemory(place: Float64Array, x: Float64Array): Float64Array {
  if (x.buffer === place.buffer) return x;
  place.set(x);
  return place;
}

/** Refuses an array of another length. */
export function checkLength(where: string, name: string, x: Float64Array, length: number): void {
  if (x.length !== length) throw new RangeError(`${where}: ${name} must have length ${length}, got ${x.length}`);
}

/** Bytes of an engine, plain or not, that arrays of these lengths take beside the tables that `write` makes. */
export function bytesOf(lengths: readonly number[], write: (tables: Tables, code: FftExports) => void): number {
  const sizes = [1, ...lengths];
  const nothing = (): void => {};
  write(
    {
      float64(length) {
        sizes.push(length);
        return new Float64Array(length);
      },
    },
    {
      complexRows: nothing,
      complexColumns: nothing,
      realRows: nothing,
      realRowsBack: nothing,
      multiplyPairs: nothing,
    },
  );
  return sizes.reduce((sum, length) => sum + 16 * Math.ceil(length / 2), 0);
}
