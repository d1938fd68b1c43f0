import { activate, backActivate, storePart } from "./activation";
import { lanes } from "./elementary";
import { pack } from "./pack";
import { product } from "./product";

/** Rows between which the sums of a layer and its activation alternate, so that they meet in the first cache. */
const BLOCK: i32 = 32;

// @inline
function forward<T>(
  a: usize,
  packed: usize,
  bias: usize,
  out: usize,
  rows: i32,
  inputs: i32,
  units: i32,
  activation: i32,
  residual: i32,
): void {
  const wide = <usize>inputs * sizeof<T>();
  const high = <usize>units * sizeof<T>();
  for (let r = 0; r < rows; r += BLOCK) {
    const m = min(BLOCK, rows - r);
    product<T>(a, wide, sizeof<T>(), packed, 32, 32 * inputs, out, high, bias, 0, m, units, inputs);
    if (residual) add<T>(out, a, m * units);
    activate<T>(activation, out, out, m * units);
    a += <usize>BLOCK * wide;
    out += <usize>BLOCK * high;
  }
}

/** Multiplies d by the activation's slope, adds to the gradients, and gives the inputs' gradient where it is wanted. */
// @inline
function backward<T>(
  a: usize,
  packed: usize,
  out: usize,
  d: usize,
  gw: usize,
  gb: usize,
  da: usize,
  rows: i32,
  inputs: i32,
  units: i32,
  activation: i32,
  residual: i32,
): void {
  const wide = <usize>inputs * sizeof<T>();
  const high = <usize>units * sizeof<T>();
  for (let r = 0; r < rows; r += BLOCK) {
    const m = min(BLOCK, rows - r);
    backActivate<T>(activation, out, d, m * units);
    product<T>(d, sizeof<T>(), high, a, wide, 32, gw, wide, gw, wide, units, inputs, m);
    if (gb) addRows<T>(d, gb, m, units);
    // Of a residual layer the gradient of the sums is the first term of that of the inputs.
    const start = residual ? d : 0;
    if (da) product<T>(d, high, sizeof<T>(), packed, 32, 32 * units, da, wide, start, high, m, inputs, units);
    a += <usize>BLOCK * wide;
    out += <usize>BLOCK * high;
    d += <usize>BLOCK * high;
    if (da) da += <usize>BLOCK * wide;
  }
}

/** c[i] += x[i]. */
// @inline
function add<T>(c: usize, x: usize, count: i32): void {
  for (let left = count; left > 0; left -= lanes<T>()) {
    const sum = v128.add<T>(v128.load(c), v128.load(x));
    if (left >= lanes<T>()) v128.store(c, sum);
    else storePart<T>(c, sum, left);
    c += 16;
    x += 16;
  }
}

/** g[j] += sum_r d[r, j]. */
// @inline
function addRows<T>(d: usize, g: usize, rows: i32, units: i32): void {
  const high = <usize>units * sizeof<T>();
  for (let j = 0; j < units; j += lanes<T>()) {
    let sum = v128.load(g);
    let at = d;
    for (let r = 0; r < rows; r++) {
      sum = v128.add<T>(sum, v128.load(at));
      at += high;
    }
    if (units - j >= lanes<T>()) v128.store(g, sum);
    else storePart<T>(g, sum, units - j);
    g += 16;
    d += 16;
  }
}

export function forward64(
  a: usize,
  packed: usize,
  bias: usize,
  out: usize,
  rows: i32,
  inputs: i32,
  units: i32,
  activation: i32,
  residual: i32,
): void {
  forward<f64>(a, packed, bias, out, rows, inputs, units, activation, residual);
}

export function forward32(
  a: usize,
  packed: usize,
  bias: usize,
  out: usize,
  rows: i32,
  inputs: i32,
  units: i32,
  activation: i32,
  residual: i32,
): void {
  forward<f32>(a, packed, bias, out, rows, inputs, units, activation, residual);
}

export function backward64(
  a: usize,
  packed: usize,
  out: usize,
  d: usize,
  gw: usize,
  gb: usize,
  da: usize,
  rows: i32,
  inputs: i32,
  units: i32,
  activation: i32,
  residual: i32,
): void {
  backward<f64>(a, packed, out, d, gw, gb, da, rows, inputs, units, activation, residual);
}

export function backward32(
  a: usize,
  packed: usize,
  out: usize,
  d: usize,
  gw: usize,
  gb: usize,
  da: usize,
  rows: i32,
  inputs: i32,
  units: i32,
  activation: i32,
  residual: i32,
): void {
  backward<f32>(a, packed, out, d, gw, gb, da, rows, inputs, units, activation, residual);
}

/** c = a b: a is [m, depth], b is [depth, n] and is packed first. */
export function gemm64(a: usize, b: usize, packed: usize, c: usize, m: i32, n: i32, depth: i32): void {
  pack<f64>(b, 8 * n, 8, packed, depth, n);
  product<f64>(a, 8 * depth, 8, packed, 32, 32 * depth, c, 8 * n, 0, 0, m, n, depth);
}

export function gemm32(a: usize, b: usize, packed: usize, c: usize, m: i32, n: i32, depth: i32): void {
  pack<f32>(b, 4 * n, 4, packed, depth, n);
  product<f32>(a, 4 * depth, 4, packed, 32, 32 * depth, c, 4 * n, 0, 0, m, n, depth);
}

/** Packs weights [units, inputs] for `forward`, columns being units, */
export function packForward64(w: usize, out: usize, units: i32, inputs: i32): void {
  pack<f64>(w, 8, 8 * inputs, out, inputs, units);
}

export function packForward32(w: usize, out: usize, units: i32, inputs: i32): void {
  pack<f32>(w, 4, 4 * inputs, out, inputs, units);
}

/** and for `backward`, columns being inputs. */
export function packBackward64(w: usize, out: usize, units: i32, inputs: i32): void {
  pack<f64>(w, 8 * inputs, 8, out, units, inputs);
}

export function packBackward32(w: usize, out: usize, units: i32, inputs: i32): void {
  pack<f32>(w, 4 * inputs, 4, out, units, inputs);
}
