// The gates of recurrent cells, forward and backward, as src/recurrent-gates.ts has them for one number at a time. They stand
// side by side in a row, [gate][unit]: r z n (GRU), i f g o (LSTM).
import { storePart } from "./activation";
import { lanes, sigmoid, tanh } from "./elementary";

// @inline
export function put<T>(at: usize, x: v128, left: i32): void {
  if (left >= lanes<T>()) v128.store(at, x);
  else storePart<T>(at, x, left);
}

/** d s (1 - s), the slope of s = sigmoid. */
// @inline
export function throughSigmoid<T>(s: v128, d: v128): v128 {
  return v128.mul<T>(d, v128.mul<T>(s, v128.sub<T>(v128.splat<T>(1), s)));
}

/** d (1 - t^2), the slope of t = tanh. */
// @inline
export function throughTanh<T>(t: v128, d: v128): v128 {
  return v128.mul<T>(d, v128.sub<T>(v128.splat<T>(1), v128.mul<T>(t, t)));
}

/** `state` has the hidden part of the gates; with `aside`, what goes backwards needs is kept there and in the gates. */
// @inline
export function gruGates<T>(
  h: usize,
  out: usize,
  gates: usize,
  state: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  const row = <usize>units * sizeof<T>();
  for (let i = 0; i < rows; i++) {
    let j: usize = 0;
    for (let left = units; left > 0; left -= lanes<T>()) {
      const r = sigmoid<T>(v128.add<T>(v128.load(gates + j), v128.load(state + j)));
      const z = sigmoid<T>(v128.add<T>(v128.load(gates + row + j), v128.load(state + row + j)));
      const m = v128.load(state + 2 * row + j);
      const n = tanh<T>(v128.add<T>(v128.load(gates + 2 * row + j), v128.mul<T>(r, m)));
      const before = v128.load(h + j);
      put<T>(out + j, v128.add<T>(n, v128.mul<T>(z, v128.sub<T>(before, n))), left);
      if (aside) {
        put<T>(gates + j, r, left);
        put<T>(gates + row + j, z, left);
        put<T>(gates + 2 * row + j, n, left);
        put<T>(aside + j, m, left);
      }
      j += 16;
    }
    h += row;
    out += row;
    gates += 3 * row;
    state += 3 * row;
    if (aside) aside += row;
  }
}

/** Gates become their sums' gradients, `aside` that of the hidden part of n, d the part of it that passes z. */
// @inline
export function gruSlopes<T>(h: usize, d: usize, dout: usize, gates: usize, aside: usize, rows: i32, units: i32): void {
  const row = <usize>units * sizeof<T>();
  const one = v128.splat<T>(1);
  for (let i = 0; i < rows; i++) {
    let j: usize = 0;
    for (let left = units; left > 0; left -= lanes<T>()) {
      const r = v128.load(gates + j);
      const z = v128.load(gates + row + j);
      const n = v128.load(gates + 2 * row + j);
      const m = v128.load(aside + j);
      const dh = v128.add<T>(v128.load(d + j), v128.load(dout + j));
      const dn = throughTanh<T>(n, v128.mul<T>(dh, v128.sub<T>(one, z)));
      put<T>(gates + j, throughSigmoid<T>(r, v128.mul<T>(dn, m)), left);
      put<T>(gates + row + j, throughSigmoid<T>(z, v128.mul<T>(dh, v128.sub<T>(v128.load(h + j), n))), left);
      put<T>(gates + 2 * row + j, dn, left);
      put<T>(aside + j, v128.mul<T>(dn, r), left);
      put<T>(d + j, v128.mul<T>(dh, z), left);
      j += 16;
    }
    h += row;
    d += row;
    dout += row;
    gates += 3 * row;
    aside += row;
  }
}

// @inline
export function lstmGates<T>(
  c: usize,
  cOut: usize,
  out: usize,
  gates: usize,
  state: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  const row = <usize>units * sizeof<T>();
  for (let k = 0; k < rows; k++) {
    let j: usize = 0;
    for (let left = units; left > 0; left -= lanes<T>()) {
      const i = sigmoid<T>(v128.add<T>(v128.load(gates + j), v128.load(state + j)));
      const f = sigmoid<T>(v128.add<T>(v128.load(gates + row + j), v128.load(state + row + j)));
      const g = tanh<T>(v128.add<T>(v128.load(gates + 2 * row + j), v128.load(state + 2 * row + j)));
      const o = sigmoid<T>(v128.add<T>(v128.load(gates + 3 * row + j), v128.load(state + 3 * row + j)));
      const after = v128.add<T>(v128.mul<T>(f, v128.load(c + j)), v128.mul<T>(i, g));
      const t = tanh<T>(after);
      put<T>(cOut + j, after, left);
      put<T>(out + j, v128.mul<T>(o, t), left);
      if (aside) {
        put<T>(gates + j, i, left);
        put<T>(gates + row + j, f, left);
        put<T>(gates + 2 * row + j, g, left);
        put<T>(gates + 3 * row + j, o, left);
        put<T>(aside + j, t, left);
      }
      j += 16;
    }
    c += row;
    cOut += row;
    out += row;
    gates += 4 * row;
    state += 4 * row;
    if (aside) aside += row;
  }
}

// @inline
export function lstmSlopes<T>(
  c: usize,
  d: usize,
  dc: usize,
  dout: usize,
  gates: usize,
  aside: usize,
  rows: i32,
  units: i32,
): void {
  const row = <usize>units * sizeof<T>();
  for (let k = 0; k < rows; k++) {
    let j: usize = 0;
    for (let left = units; left > 0; left -= lanes<T>()) {
      const i = v128.load(gates + j);
      const f = v128.load(gates + row + j);
      const g = v128.load(gates + 2 * row + j);
      const o = v128.load(gates + 3 * row + j);
      const t = v128.load(aside + j);
      const dh = v128.add<T>(v128.load(d + j), v128.load(dout + j));
      const e = v128.add<T>(v128.load(dc + j), throughTanh<T>(t, v128.mul<T>(dh, o)));
      put<T>(gates + j, throughSigmoid<T>(i, v128.mul<T>(e, g)), left);
      put<T>(gates + row + j, throughSigmoid<T>(f, v128.mul<T>(e, v128.load(c + j))), left);
      put<T>(gates + 2 * row + j, throughTanh<T>(g, v128.mul<T>(e, i)), left);
      put<T>(gates + 3 * row + j, throughSigmoid<T>(o, v128.mul<T>(dh, t)), left);
      put<T>(dc + j, v128.mul<T>(e, f), left);
      j += 16;
    }
    c += row;
    d += row;
    dc += row;
    dout += row;
    gates += 4 * row;
    aside += row;
  }
}
