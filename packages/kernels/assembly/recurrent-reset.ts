// The form of a GRU whose reset acts on the state before the product, n = tanh(W x + a + U (r h) + b): two products a step.
// Gates are laid out as in recurrent-gates.ts, which src/recurrent-reset.ts has for one number at a time.
import { lanes, sigmoid, tanh } from "./elementary";
import { product } from "./product";
import { put, throughSigmoid, throughTanh } from "./recurrent-gates";
import { times } from "./recurrent-products";

/** r and z from their sums; z and, when it is kept, r go to the gates, r h to `reset`, whose rows are `resetRow` apart. */
// @inline
function resetGates<T>(
  h: usize,
  gates: usize,
  part: usize,
  reset: usize,
  resetRow: usize,
  keep: bool,
  rows: i32,
  units: i32,
): void {
  const row = <usize>units * sizeof<T>();
  for (let i = 0; i < rows; i++) {
    let j: usize = 0;
    for (let left = units; left > 0; left -= lanes<T>()) {
      const r = sigmoid<T>(v128.add<T>(v128.load(gates + j), v128.load(part + j)));
      const z = sigmoid<T>(v128.add<T>(v128.load(gates + row + j), v128.load(part + row + j)));
      put<T>(reset + j, v128.mul<T>(r, v128.load(h + j)), left);
      put<T>(gates + row + j, z, left);
      if (keep) put<T>(gates + j, r, left);
      j += 16;
    }
    h += row;
    gates += 3 * row;
    part += 2 * row;
    reset += resetRow;
  }
}

/** n from its sums, and the state after the step. */
// @inline
function updateGates<T>(h: usize, out: usize, gates: usize, sums: usize, keep: bool, rows: i32, units: i32): void {
  const row = <usize>units * sizeof<T>();
  for (let i = 0; i < rows; i++) {
    let j: usize = 0;
    for (let left = units; left > 0; left -= lanes<T>()) {
      const z = v128.load(gates + row + j);
      const n = tanh<T>(v128.add<T>(v128.load(gates + 2 * row + j), v128.load(sums + j)));
      put<T>(out + j, v128.add<T>(n, v128.mul<T>(z, v128.sub<T>(v128.load(h + j), n))), left);
      if (keep) put<T>(gates + 2 * row + j, n, left);
      j += 16;
    }
    h += row;
    out += row;
    gates += 3 * row;
    sums += row;
  }
}

/** z and n become the gradients of their sums, d the part of it that passes z. */
// @inline
function updateSlopes<T>(h: usize, d: usize, dout: usize, gates: usize, rows: i32, units: i32): void {
  const row = <usize>units * sizeof<T>();
  const one = v128.splat<T>(1);
  for (let i = 0; i < rows; i++) {
    let j: usize = 0;
    for (let left = units; left > 0; left -= lanes<T>()) {
      const z = v128.load(gates + row + j);
      const n = v128.load(gates + 2 * row + j);
      const dh = v128.add<T>(v128.load(d + j), v128.load(dout + j));
      put<T>(gates + 2 * row + j, throughTanh<T>(n, v128.mul<T>(dh, v128.sub<T>(one, z))), left);
      put<T>(gates + row + j, throughSigmoid<T>(z, v128.mul<T>(dh, v128.sub<T>(v128.load(h + j), n))), left);
      put<T>(d + j, v128.mul<T>(dh, z), left);
      j += 16;
    }
    h += row;
    d += row;
    dout += row;
    gates += 3 * row;
  }
}

/** From e = dL/d(r h): r becomes the gradient of its sum, d gets the part that passes r. */
// @inline
function resetSlopes<T>(h: usize, d: usize, gates: usize, e: usize, rows: i32, units: i32): void {
  const row = <usize>units * sizeof<T>();
  for (let i = 0; i < rows; i++) {
    let j: usize = 0;
    for (let left = units; left > 0; left -= lanes<T>()) {
      const r = v128.load(gates + j);
      const x = v128.load(e + j);
      put<T>(gates + j, throughSigmoid<T>(r, v128.mul<T>(x, v128.load(h + j))), left);
      put<T>(d + j, v128.add<T>(v128.load(d + j), v128.mul<T>(x, r)), left);
      j += 16;
    }
    h += row;
    d += row;
    gates += 3 * row;
    e += row;
  }
}

// @inline
function forward<T>(
  packed: usize,
  packedN: usize,
  bias: usize,
  h: usize,
  out: usize,
  gates: usize,
  part: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  const row = <usize>units * sizeof<T>();
  const keep = aside !== 0;
  // r h may take the place of the sums of r.
  const reset = keep ? aside : part;
  const resetRow = keep ? row : 2 * row;
  const sums = part + 2 * <usize>rows * row;
  times<T>(h, row, packed, bias, part, rows, units, 2 * units);
  resetGates<T>(h, gates, part, reset, resetRow, keep, rows, units);
  times<T>(reset, resetRow, packedN, bias + 2 * row, sums, rows, units, units);
  updateGates<T>(h, out, gates, sums, keep, rows, units);
}

// @inline
function backward<T>(
  packed: usize,
  h: usize,
  d: usize,
  dout: usize,
  gates: usize,
  part: usize,
  rows: i32,
  units: i32,
): void {
  const row = <usize>units * sizeof<T>();
  const panel: usize = 96 * <usize>units;
  updateSlopes<T>(h, d, dout, gates, rows, units);
  const last = packed + 64 * <usize>units;
  product<T>(gates + 2 * row, 3 * row, sizeof<T>(), last, 32, panel, part, row, 0, 0, rows, units, units);
  resetSlopes<T>(h, d, gates, part, rows, units);
  product<T>(gates, 3 * row, sizeof<T>(), packed, 32, panel, d, row, d, row, rows, units, 2 * units);
}

/** A step: the gates hold the inputs' part on entry; `part` is scratch. */
export function resetForward64(
  packed: usize,
  packedN: usize,
  bias: usize,
  h: usize,
  out: usize,
  gates: usize,
  part: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  forward<f64>(packed, packedN, bias, h, out, gates, part, aside, rows, units);
}

export function resetForward32(
  packed: usize,
  packedN: usize,
  bias: usize,
  h: usize,
  out: usize,
  gates: usize,
  part: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  forward<f32>(packed, packedN, bias, h, out, gates, part, aside, rows, units);
}

/** The same step backwards: d is the gradient of the state after it on entry, of that before it on return. */
export function resetBackward64(
  packed: usize,
  h: usize,
  d: usize,
  dout: usize,
  gates: usize,
  part: usize,
  rows: i32,
  units: i32,
): void {
  backward<f64>(packed, h, d, dout, gates, part, rows, units);
}

export function resetBackward32(
  packed: usize,
  h: usize,
  d: usize,
  dout: usize,
  gates: usize,
  part: usize,
  rows: i32,
  units: i32,
): void {
  backward<f32>(packed, h, d, dout, gates, part, rows, units);
}
