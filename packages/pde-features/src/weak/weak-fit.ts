import type { Vec } from "../rhs.ts";
import { addUp, noRows, rowCollector, type RowSums } from "./row-sums.ts";
import { pruned, type TermSolution } from "./solve-terms.ts";
import type { GridModes } from "./grid-modes.ts";
import type { WeakSystem } from "./weak-system.ts";
import type { PointFunction, WeakTerm } from "./weak-terms.ts";

/** A weak system with weights that suit its residuals, summed in blocks. */
export interface WeakFit {
  /** Sums over blocks of modes and centres. */
  readonly blocks: readonly RowSums[];
  /** Their sum. */
  readonly sums: RowSums;
  /** The law that is left after elimination; undefined when no term can be fitted. */
  readonly solution: TermSolution | undefined;
}

/** Rounds of weights; they settle in two or three. */
const ROUNDS = 4;
/** Groups of |k| in which residuals share a variance, each of about this many modes or more. */
const SHELLS = 20;
const SHELL_MODES = 8;
/** No residual is believed to be smaller than this part of the target of its group. */
const BEST = 1e-5;
/** The part of the difference to every second frame that the trapezoid rule errs by; its order is high, so it is less. */
const QUADRATURE = 0.1;
/** Signal over noise, in power, of the groups that the first fit uses. */
const CLEAR = 1000;
/** Blocks of rows for resampling, at least. */
const LEAST_BLOCKS = 24;

/** Terms as the sums need them: which field, and the symbol at every mode. */
export interface BoundTerms {
  readonly field: Int32Array;
  /** `[term, mode, 2]`. */
  readonly symbol: Vec;
}

/** The symbols of terms at the modes. */
export function boundTerms(terms: readonly WeakTerm[], fields: readonly PointFunction[], modes: GridModes): BoundTerms {
  const symbol = new Float64Array(2 * terms.length * modes.count);
  for (const [j, term] of terms.entries()) {
    for (let m = 0; m < modes.count; m++) {
      const value = term.symbol(modes.k[3 * m]!, modes.k[3 * m + 1]!, modes.k[3 * m + 2]!);
      const at = 2 * (j * modes.count + m);
      symbol[at] = typeof value === "number" ? value : value[0];
      symbol[at + 1] = typeof value === "number" ? 0 : value[1];
    }
  }
  return { field: Int32Array.from(terms, ({ field }) => fields.findIndex(({ name }) => name === field.name)), symbol };
}

/**
 * Generalised least squares of a weak system with backward elimination. White noise has independent coefficients, so the weights of least
 * variance are diagonal: each row is divided by the variance that noise gives to target minus law, to which that of the trapezoid rule is added,
 * estimated from every second frame. Neither knows whether the law fits, so no row loses its say by contradicting a wrong law.
 * Blocks are the centres whose test functions overlap, by every fourth mode or fewer.
 */
export function weakFit(system: WeakSystem, terms: BoundTerms, jump: number): WeakFit {
  const { modes } = system;
  const all = Array.from(terms.field.keys());
  const longest = modes.length.reduce((a, b) => Math.max(a, b), 0) || 1;
  const count = Math.max(1, Math.min(SHELLS, Math.floor(modes.count / SHELL_MODES)));
  const shells: Shells = {
    count,
    of: Int32Array.from(modes.length, (k) => Math.min(count - 1, Math.floor((count * k) / longest))),
  };
  const given = givenVariances(system, shells);
  let blocks = summed(system, terms, shells, clearWeights(system, shells, given));
  // A movie that stands still has no rows of positive weight.
  if (blocks.length === 0) return { blocks, sums: noRows(terms.field.length), solution: undefined };
  let sums = addUp(blocks);
  let solution = pruned(sums, all, jump);
  for (let round = 1; round < ROUNDS && solution !== undefined; round++) {
    blocks = summed(system, terms, shells, weightsOf(system, terms, shells, given, solution));
    sums = addUp(blocks);
    solution = pruned(sums, all, jump);
  }
  return { blocks, sums, solution };
}

/** Groups of modes of similar |k|. */
interface Shells {
  readonly count: number;
  readonly of: Int32Array;
}

/** What noise in the target and the trapezoid rule give to the variance of each centre and shell. */
function givenVariances({ modes, centres, target, coarse, targetNoise }: WeakSystem, shells: Shells): Vec {
  const n = modes.count;
  const counts = new Float64Array(shells.count);
  for (const shell of shells.of) counts[shell] = counts[shell]! + 1;
  const out = new Float64Array(centres * shells.count);
  for (let c = 0; c < centres; c++) {
    const squares = new Float64Array(shells.count);
    const sizes = new Float64Array(shells.count);
    for (let k = 0; k < 2 * n; k++) {
      const shell = shells.of[k >> 1]!;
      const value = target[2 * c * n + k]!;
      const difference = value - coarse[2 * c * n + k]!;
      squares[shell] = squares[shell]! + difference * difference;
      sizes[shell] = sizes[shell]! + value * value;
    }
    for (let s = 0; s < shells.count; s++) {
      // Noise alone gives the difference the variance of the target.
      const rule = QUADRATURE * QUADRATURE * Math.max(0, squares[s]! / counts[s]! - targetNoise);
      out[c * shells.count + s] = targetNoise + rule + (BEST * BEST * sizes[s]!) / counts[s]!;
    }
  }
  return out;
}

/** First weights: one over the given variances, only where the signal of u is far above its noise, in a tenth of the groups at least. */
function clearWeights({ modes, centres, columns, covariance }: WeakSystem, shells: Shells, given: Vec): Vec {
  const n = modes.count;
  const fields = columns.length;
  const counts = new Float64Array(shells.count);
  for (const shell of shells.of) counts[shell] = counts[shell]! + 1;
  const ratios = new Float64Array(given.length);
  for (let c = 0; c < centres; c++) {
    for (let k = 0; k < 2 * n; k++) {
      const group = c * shells.count + shells.of[k >> 1]!;
      const value = columns[0]![2 * c * n + k]!;
      ratios[group] = ratios[group]! + (value * value) / counts[shells.of[k >> 1]!]!;
    }
    const noise = covariance[c * fields * fields]!;
    for (let s = 0; s < shells.count; s++) {
      const group = c * shells.count + s;
      ratios[group] = noise > 0 ? ratios[group]! / noise : Number.POSITIVE_INFINITY;
    }
  }
  const tenth = ratios.toSorted()[Math.floor(0.9 * ratios.length)]!;
  const least = Math.min(CLEAR, tenth);
  return given.map((variance, group) => (variance > 0 && ratios[group]! >= least ? 1 / variance : 0));
}

/** One over the variances, to which a law adds that of the noise in its terms. */
function weightsOf(
  { modes, centres, columns, covariance }: WeakSystem,
  { field, symbol }: BoundTerms,
  shells: Shells,
  given: Vec,
  law: TermSolution | undefined,
): Vec {
  const n = modes.count;
  const fields = columns.length;
  const weights = given.map((variance) => (variance > 0 ? 1 / variance : 0));
  if (law === undefined) return weights;
  // The products of each pair of fields' whole symbols, averaged over a shell.
  const whole = columns.map(() => new Float64Array(2 * n));
  for (const [position, j] of law.active.entries()) {
    const into = whole[field[j]!]!;
    for (let k = 0; k < 2 * n; k++) into[k] = into[k]! + law.coefficients[position]! * symbol[2 * j * n + k]!;
  }
  const counts = new Float64Array(shells.count);
  for (const shell of shells.of) counts[shell] = counts[shell]! + 1;
  const products = new Float64Array(shells.count * fields * fields);
  for (let m = 0; m < n; m++) {
    const start = shells.of[m]! * fields * fields;
    for (let f = 0; f < fields; f++) {
      for (let g = 0; g < fields; g++) {
        const product = whole[f]![2 * m]! * whole[g]![2 * m]! + whole[f]![2 * m + 1]! * whole[g]![2 * m + 1]!;
        products[start + f * fields + g] = products[start + f * fields + g]! + product / counts[shells.of[m]!]!;
      }
    }
  }
  for (let c = 0; c < centres; c++) {
    for (let s = 0; s < shells.count; s++) {
      let variance = given[c * shells.count + s]!;
      for (let pair = 0; pair < fields * fields; pair++) {
        variance += products[s * fields * fields + pair]! * covariance[c * fields * fields + pair]!;
      }
      weights[c * shells.count + s] = variance > 0 ? 1 / variance : 0;
    }
  }
  return weights;
}

/** The sums of each block of rows. */
function summed(system: WeakSystem, { field, symbol }: BoundTerms, shells: Shells, weights: Vec): RowSums[] {
  const { modes, centres, target, columns, covariance, cross, centresPerBlock } = system;
  const [n, count, fields] = [modes.count, field.length, columns.length];
  const layers = Math.ceil(centres / centresPerBlock);
  const sheets = Math.max(4, Math.ceil(LEAST_BLOCKS / layers));
  const re = new Float64Array(count + 1);
  const im = new Float64Array(count + 1);
  const blocks: RowSums[] = [];
  for (let sheet = 0; sheet < sheets; sheet++) {
    const shared = sharedSymbols(symbol, count, shells, sheet, sheets);
    for (let layer = 0; layer < layers; layer++) {
      const collector = rowCollector(count + 1);
      const noise = new Float64Array(count * count);
      const noiseInTarget = new Float64Array(count);
      let rows = 0;
      for (let c = layer * centresPerBlock; c < Math.min(centres, (layer + 1) * centresPerBlock); c++) {
        for (let m = sheet; m < n; m += sheets) {
          const weight = Math.sqrt(weights[c * shells.count + shells.of[m]!]!);
          if (weight === 0) continue;
          const at = 2 * (c * n + m);
          for (let j = 0; j < count; j++) {
            const column = columns[field[j]!]!;
            const sr = symbol[2 * (j * n + m)]!;
            const si = symbol[2 * (j * n + m) + 1]!;
            re[j] = sr * column[at]! - si * column[at + 1]!;
            im[j] = sr * column[at + 1]! + si * column[at]!;
          }
          re[count] = target[at]!;
          im[count] = target[at + 1]!;
          collector.add(re, weight);
          collector.add(im, weight);
          rows += 2;
        }
        for (let s = 0; s < shells.count; s++) {
          const weight = weights[c * shells.count + s]!;
          const { products, sums } = shared[s]!;
          for (let i = 0; i < count; i++) {
            const row = (c * fields + field[i]!) * fields;
            noiseInTarget[i] = noiseInTarget[i]! + weight * sums[i]! * cross[c * fields + field[i]!]!;
            for (let j = 0; j < count; j++) {
              noise[i * count + j] =
                noise[i * count + j]! + weight * products[i * count + j]! * covariance[row + field[j]!]!;
            }
          }
        }
      }
      if (rows > 0) blocks.push({ terms: count, factor: collector.factor(), noise, cross: noiseInTarget, rows });
    }
  }
  return blocks;
}

/** Of the modes of a block in each shell: sums of Re(conj(s_i) s_j) and of Re(s_i) over the symbols of the terms. */
function sharedSymbols(
  symbol: Vec,
  count: number,
  shells: Shells,
  first: number,
  every: number,
): Array<{ products: Vec; sums: Vec }> {
  const n = shells.of.length;
  const out = Array.from({ length: shells.count }, () => ({
    products: new Float64Array(count * count),
    sums: new Float64Array(count),
  }));
  for (let m = first; m < n; m += every) {
    const { products, sums } = out[shells.of[m]!]!;
    for (let i = 0; i < count; i++) {
      const sr = symbol[2 * (i * n + m)]!;
      const si = symbol[2 * (i * n + m) + 1]!;
      sums[i] = sums[i]! + sr;
      for (let j = 0; j < count; j++) {
        const both = sr * symbol[2 * (j * n + m)]! + si * symbol[2 * (j * n + m) + 1]!;
        products[i * count + j] = products[i * count + j]! + both;
      }
    }
  }
  return out;
}
