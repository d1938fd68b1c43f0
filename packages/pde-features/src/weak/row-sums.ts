import type { Vec } from "../rhs.ts";

/**
 * What is kept of many weighted rows of a linear problem A c = b whose entries carry noise: the triangular factor of [A b], which loses no
 * digits as A^T A would, and what noise adds to A^T A and A^T b in expectation.
 */
export interface RowSums {
  /** Number of terms, columns of A. */
  readonly terms: number;
  /** R with R^T R = [A b]^T [A b], columns contiguous, `[terms + 1, terms + 1]`. */
  readonly factor: Vec;
  /** Expectation of the noise in A^T A, `[term, term]`. */
  readonly noise: Vec;
  /** Expectation of the noise in A^T b. */
  readonly cross: Vec;
  /** Number of rows. */
  readonly rows: number;
}

/** Rows are taken in by the hundred: the triangle on top is then a small part of the work. */
const CHUNK = 192;

/** Collects rows into a triangular factor. */
export interface RowCollector {
  /** Takes the first `width` numbers of `row`, times `weight`. */
  add(row: Vec, weight: number): void;
  /** The factor of all rows so far, columns contiguous. */
  factor(): Vec;
}

/** A collector for rows of `width` numbers. */
export function rowCollector(width: number): RowCollector {
  const height = width + CHUNK;
  const columns = new Float64Array(width * height);
  const views = Array.from({ length: width }, (_, j) => columns.subarray(j * height, (j + 1) * height));
  let filled = width;
  const reduce = (): void => {
    triangularise(views, filled);
    filled = width;
  };
  return {
    add(row, weight) {
      for (let j = 0; j < width; j++) views[j]![filled] = weight * row[j]!;
      filled++;
      if (filled === height) reduce();
    },
    factor() {
      reduce();
      const out = new Float64Array(width * width);
      for (let j = 0; j < width; j++) out.set(views[j]!.subarray(0, j + 1), j * width);
      return out;
    },
  };
}

/** Householder reflections of the first `rows` rows; below the diagonal there are zeros afterwards. */
function triangularise(columns: readonly Vec[], rows: number): void {
  for (let k = 0; k < columns.length; k++) {
    const v = columns[k]!;
    let square = 0;
    for (let i = k; i < rows; i++) square += v[i]! * v[i]!;
    if (!(square > 0)) continue;
    const length = Math.sqrt(square);
    const alpha = v[k]! > 0 ? -length : length;
    v[k] = v[k]! - alpha;
    const half = -alpha * v[k]!;
    for (let j = k + 1; j < columns.length; j++) {
      const other = columns[j]!;
      let sum = 0;
      for (let i = k; i < rows; i++) sum += v[i]! * other[i]!;
      const share = sum / half;
      for (let i = k; i < rows; i++) other[i] = other[i]! - share * v[i]!;
    }
    v.fill(0, k + 1, rows);
    v[k] = alpha;
  }
}

/** The sums over no rows. */
export function noRows(terms: number): RowSums {
  const [width, square] = [(terms + 1) * (terms + 1), terms * terms];
  return {
    terms,
    factor: new Float64Array(width),
    noise: new Float64Array(square),
    cross: new Float64Array(terms),
    rows: 0,
  };
}

/** The sums over several blocks of rows, each counted `times` often (once without it). */
export function addUp(blocks: readonly RowSums[], times?: ArrayLike<number>): RowSums {
  const { terms } = blocks[0]!;
  const width = terms + 1;
  const collector = rowCollector(width);
  const noise = new Float64Array(terms * terms);
  const cross = new Float64Array(terms);
  const row = new Float64Array(width);
  let rows = 0;
  for (const [b, block] of blocks.entries()) {
    const factor = times?.[b] ?? 1;
    if (factor === 0) continue;
    rows += factor * block.rows;
    for (let k = 0; k < noise.length; k++) noise[k] = noise[k]! + factor * block.noise[k]!;
    for (let k = 0; k < terms; k++) cross[k] = cross[k]! + factor * block.cross[k]!;
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) row[j] = block.factor[j * width + i]!;
      collector.add(row, Math.sqrt(factor));
    }
  }
  return { terms, factor: collector.factor(), noise, cross, rows };
}

/** The factor of some of the columns and of b. */
export function factorOf({ terms, factor }: RowSums, active: readonly number[]): Vec {
  const width = terms + 1;
  const columns = [...active, terms].map((j) => factor.slice(j * width, (j + 1) * width));
  triangularise(columns, width);
  const n = columns.length;
  const out = new Float64Array(n * n);
  for (const [j, column] of columns.entries()) out.set(column.subarray(0, j + 1), j * n);
  return out;
}
