// Recurrent cells: one step of a batch of states, forward and backward, and the products that all steps share.
import { pack } from "./pack";
import { product } from "./product";
import { gruGates, gruSlopes, lstmGates, lstmSlopes } from "./recurrent-gates";
import { gradients, times } from "./recurrent-products";

export * from "./recurrent-reset";

/** A step of a GRU: the gates hold the inputs' part on entry; `state` is scratch. */
export function gruForward64(
  packed: usize,
  bias: usize,
  h: usize,
  out: usize,
  gates: usize,
  state: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  times<f64>(h, 8 * <usize>units, packed, bias, state, rows, units, 3 * units);
  gruGates<f64>(h, out, gates, state, aside, rows, units);
}

/** The same step backwards: d is the gradient of the state after it on entry, of that before it on return. */
export function gruBackward64(
  packed: usize,
  h: usize,
  d: usize,
  dout: usize,
  gates: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  gruSlopes<f64>(h, d, dout, gates, aside, rows, units);
  const row: usize = 8 * <usize>units;
  const panel: usize = 96 * <usize>units;
  product<f64>(gates, 3 * row, 8, packed, 32, panel, d, row, d, row, rows, units, 2 * units);
  product<f64>(aside, row, 8, packed + 64 * <usize>units, 32, panel, d, row, d, row, rows, units, units);
}

/** A step of an LSTM. */
export function lstmForward64(
  packed: usize,
  bias: usize,
  h: usize,
  c: usize,
  out: usize,
  cOut: usize,
  gates: usize,
  state: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  times<f64>(h, 8 * <usize>units, packed, bias, state, rows, units, 4 * units);
  lstmGates<f64>(c, cOut, out, gates, state, aside, rows, units);
}

/** The same step backwards, d and dc being the gradients of the state. */
export function lstmBackward64(
  packed: usize,
  c: usize,
  d: usize,
  dc: usize,
  dout: usize,
  gates: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  lstmSlopes<f64>(c, d, dc, dout, gates, aside, rows, units);
  times<f64>(gates, 32 * <usize>units, packed, 0, d, rows, 4 * units, units);
}

export function times64(a: usize, packed: usize, bias: usize, out: usize, rows: i32, depth: i32, n: i32): void {
  times<f64>(a, 8 * <usize>depth, packed, bias, out, rows, depth, n);
}

/** Rows of d are `width` numbers apart. */
export function gradients64(d: usize, width: i32, x: usize, g: usize, b: usize, rows: i32, m: i32, n: i32): void {
  gradients<f64>(d, 8 * <usize>width, x, g, b, rows, m, n);
}

/** Packs weights [width, inputs] for the way forward, columns being gates, */
export function packForward64(w: usize, out: usize, width: i32, inputs: i32): void {
  pack<f64>(w, 8, 8 * <usize>inputs, out, inputs, width);
}

/** and for the way back, columns being inputs. */
export function packBackward64(w: usize, out: usize, width: i32, inputs: i32): void {
  pack<f64>(w, 8 * <usize>inputs, 8, out, width, inputs);
}

/** A step of a GRU: the gates hold the inputs' part on entry; `state` is scratch. */
export function gruForward32(
  packed: usize,
  bias: usize,
  h: usize,
  out: usize,
  gates: usize,
  state: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  times<f32>(h, 4 * <usize>units, packed, bias, state, rows, units, 3 * units);
  gruGates<f32>(h, out, gates, state, aside, rows, units);
}

/** The same step backwards: d is the gradient of the state after it on entry, of that before it on return. */
export function gruBackward32(
  packed: usize,
  h: usize,
  d: usize,
  dout: usize,
  gates: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  gruSlopes<f32>(h, d, dout, gates, aside, rows, units);
  const row: usize = 4 * <usize>units;
  const panel: usize = 96 * <usize>units;
  product<f32>(gates, 3 * row, 4, packed, 32, panel, d, row, d, row, rows, units, 2 * units);
  product<f32>(aside, row, 4, packed + 64 * <usize>units, 32, panel, d, row, d, row, rows, units, units);
}

/** A step of an LSTM. */
export function lstmForward32(
  packed: usize,
  bias: usize,
  h: usize,
  c: usize,
  out: usize,
  cOut: usize,
  gates: usize,
  state: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  times<f32>(h, 4 * <usize>units, packed, bias, state, rows, units, 4 * units);
  lstmGates<f32>(c, cOut, out, gates, state, aside, rows, units);
}

/** The same step backwards, d and dc being the gradients of the state. */
export function lstmBackward32(
  packed: usize,
  c: usize,
  d: usize,
  dc: usize,
  dout: usize,
  gates: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  lstmSlopes<f32>(c, d, dc, dout, gates, aside, rows, units);
  times<f32>(gates, 16 * <usize>units, packed, 0, d, rows, 4 * units, units);
}

export function times32(a: usize, packed: usize, bias: usize, out: usize, rows: i32, depth: i32, n: i32): void {
  times<f32>(a, 4 * <usize>depth, packed, bias, out, rows, depth, n);
}

/** Rows of d are `width` numbers apart. */
export function gradients32(d: usize, width: i32, x: usize, g: usize, b: usize, rows: i32, m: i32, n: i32): void {
  gradients<f32>(d, 4 * <usize>width, x, g, b, rows, m, n);
}

/** Packs weights [width, inputs] for the way forward, columns being gates, */
export function packForward32(w: usize, out: usize, width: i32, inputs: i32): void {
  pack<f32>(w, 4, 4 * <usize>inputs, out, inputs, width);
}

/** and for the way back, columns being inputs. */
export function packBackward32(w: usize, out: usize, width: i32, inputs: i32): void {
  pack<f32>(w, 4 * <usize>inputs, 4, out, width, inputs);
}
