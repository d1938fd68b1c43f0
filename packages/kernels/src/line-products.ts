import { checkOptions, finiteVector, integer, lengthOf } from "@hml/guard";
import { type KernelEngine, load, own } from "./engine.ts";
import { circulantFamily } from "./families.ts";
import { checkApart } from "./overlap.ts";
import { plainCirculant, plainTranspose } from "./plain-circulant.ts";

/** A product with one circulant matrix along many lines of an array. */
export interface CirculantLines {
  /** The array of the engine that holds sources and targets. */
  readonly values: Float64Array;
  /** Index of the first value of each line's sources. */
  readonly from: ArrayLike<number>;
  /** Index of the first value of each line's targets, apart from each other and from sources. */
  readonly to: ArrayLike<number>;
  /** Distance in the array of neighbouring values of a line. */
  readonly stride: number;
  /** Values of a line. */
  readonly count: number;
  /** Source of the first weight for target 0, 0 to count - 1. */
  readonly start: number;
  /** Weights, at most `count`. */
  readonly row: ArrayLike<number>;
}

/** A transposition. */
export interface Transposition {
  /** Array of the engine, `[rows, columns]`. */
  readonly from: Float64Array;
  /** Distance in `from` of neighbouring rows. */
  readonly stride: number;
  /** Array of the engine, `[columns, rows]`, dense. */
  readonly to: Float64Array;
  /** Rows of `from`. */
  readonly rows: number;
  /** Columns of `from`. */
  readonly columns: number;
}

/** What `gapTooth` of @hml/patch takes as its `products`. */
export interface LineProducts {
  /** A new array of zeros of the engine. @throws RangeError when it does not fit. */
  float64(length: number): Float64Array;
  /**
   * Binds target_i = sum_j row[j] source_(i + start + j) on all lines, places counted modulo `count`. The function allocates
   * nothing; what it needs besides is taken from the engine here.
   *
   * @throws TypeError, RangeError for lines that leave the array, weights that are not finite and arrays of others.
   */
  circulant(lines: CirculantLines): () => void;
  /**
   * Binds to[column, row] = from[row, column]. The function allocates nothing.
   *
   * @throws TypeError, RangeError for arrays of others, too short ones, and arrays that overlap.
   */
  transpose(transposition: Transposition): () => void;
}

/** What a bound product with a circulant matrix works with. */
export interface CirculantPlan {
  readonly values: Float64Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly stride: number;
  /** Sources are added and subtracted in opposite pairs. */
  readonly halved: boolean;
  /** Values of a line, or half of them. */
  readonly count: number;
  /** Weights in a sum: even. */
  readonly width: number;
  /** Sums made for a line: a multiple of four. */
  readonly outLength: number;
  /** Index, from the first source, of source 0, 1, ... as the sums run round the line. */
  readonly places: Int32Array;
  /** Weights, or half sums of opposite ones. */
  readonly row: Float64Array;
  /** Half differences of opposite weights. */
  readonly differences: Float64Array;
}

/**
 * Products along lines of arrays of an engine: small circulant matrices, as coupled patches have them, two lines at a time.
 *
 * When `count` is even and the row spans at least half of it, sums and differences of opposite values halve the products. A sum
 * runs over the weights upwards, a += w_j s_j + w_(j+1) s_(j+1): the same bits on every engine, error some
 * count eps |row| |source|.
 */
export function lineProducts(engine: KernelEngine): LineProducts {
  const exports = load("lineProducts", engine, circulantFamily);
  const integers = (values: ArrayLike<number>): Int32Array => {
    const { buffer, byteOffset } = engine.float32(Math.max(1, values.length));
    const table = new Int32Array(buffer, byteOffset, values.length);
    table.set(values);
    return table;
  };
  return Object.freeze<LineProducts>({
    float64: (length) => engine.float64(length),
    circulant(lines) {
      const plan = circulantPlan("lineProducts.circulant", engine, lines);
      if (exports === undefined) return plainCirculant(plan);
      const { values, halved, count, width, outLength } = plan;
      const address = (indices: Int32Array): number =>
        integers(indices.map((index) => values.byteOffset + 8 * index)).byteOffset;
      const copied = (weights: Float64Array): number => {
        const array = engine.float64(width);
        array.set(weights);
        return array.byteOffset;
      };
      const from = address(plan.from);
      const to = address(plan.to);
      const places = integers(plan.places.map((place) => 8 * place)).byteOffset;
      const row = copied(plan.row);
      const scratch = engine.float64((halved ? 4 : 2) * (2 * outLength + width)).byteOffset;
      const total = plan.from.length;
      const needed = plan.places.length;
      const stride = 8 * plan.stride;
      if (!halved) {
        const { plain64 } = exports;
        return () => plain64(from, to, total, places, needed, stride, count, row, width, outLength, scratch);
      }
      const differences = copied(plan.differences);
      const { halved64 } = exports;
      return () => halved64(from, to, total, places, stride, count, row, differences, width, outLength, scratch);
    },
    transpose(transposition) {
      const where = "lineProducts.transpose";
      checkOptions(where, transposition, ["from", "stride", "to", "rows", "columns"], "transposition");
      const { from, stride, to, rows, columns } = transposition;
      own(where, engine, "float64", "from", from);
      own(where, engine, "float64", "to", to);
      integer(where, "columns", columns, 1, to.length);
      integer(where, "stride", stride, columns, from.length);
      integer(
        where,
        "rows",
        rows,
        1,
        Math.min(Math.floor(to.length / columns), Math.floor((from.length - columns) / stride) + 1),
      );
      checkApart(where, { from, to });
      if (exports === undefined) return () => plainTranspose(from, stride, to, rows, columns);
      const { transpose64 } = exports;
      const [x, out] = [from.byteOffset, to.byteOffset];
      return () => transpose64(x, 8 * stride, out, rows, columns);
    },
  });
}

function circulantPlan(where: string, engine: KernelEngine, lines: CirculantLines): CirculantPlan {
  checkOptions(where, lines, ["values", "from", "to", "stride", "count", "start", "row"], "lines");
  const { values, from, to, stride, count, start, row } = lines;
  own(where, engine, "float64", "values", values);
  integer(where, "count", count, 1, values.length);
  integer(where, "stride", stride, 1, values.length);
  integer(where, "start", start, 0, count - 1);
  finiteVector(where, "row", row);
  integer(where, "row.length", row.length, 1, count);
  lengthOf(where, "to", to, lengthOf(where, "from", from));
  const last = values.length - 1 - (count - 1) * stride;
  for (let line = 0; line < from.length; line++) {
    integer(where, `from[${line}]`, from[line], 0, last);
    integer(where, `to[${line}]`, to[line], 0, last);
  }
  const taken = new Uint8Array(values.length);
  for (let line = 0; line < from.length; line++) {
    for (let i = 0; i < count; i++) taken[from[line]! + i * stride] = 1;
  }
  for (let line = 0; line < to.length; line++) {
    for (let i = 0; i < count; i++) {
      const at = to[line]! + i * stride;
      if (taken[at] === 1) {
        throw new RangeError(`${where}: to[${line}] must lie apart from sources and other targets, got ${to[line]}`);
      }
      taken[at] = 1;
    }
  }
  const halved = count % 2 === 0 && 2 * row.length >= count;
  const sums = halved ? count / 2 : count;
  const width = halved ? sums : row.length;
  const even = width + (width % 2);
  const plus = new Float64Array(even);
  const minus = new Float64Array(even);
  for (let j = 0; j < width; j++) {
    const far = row[j + width] ?? 0;
    plus[j] = halved ? (row[j]! + far) / 2 : row[j]!;
    minus[j] = halved ? (row[j]! - far) / 2 : 0;
  }
  return {
    values,
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    stride,
    halved,
    count: sums,
    width: even,
    outLength: 4 * Math.ceil(sums / 4),
    places: Int32Array.from({ length: halved ? count : sums + width - 1 }, (_, i) => ((start + i) % count) * stride),
    row: plus,
    differences: minus,
  };
}
