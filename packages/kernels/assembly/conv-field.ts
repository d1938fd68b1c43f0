// Correlations with small kernels on channel-last fields [batch, y, x, channel], as products without a copy of the patches:
// in a padded field the numbers under a row of taps, [tap, channel], follow each other, and those of the next pixel begin
// one pixel later. So a row of pixels is a product whose left matrix has overlapping rows. Strides are in bytes.
import { activate, backActivate, storePart } from "./activation";
import { addSums } from "./conv-norm";
import { lanes } from "./elementary";
import { pack } from "./pack";
import { panelWidth, product } from "./product";

/** Pixels between which the partial sums of a weight's gradient are added to it; src/conv-plain.ts has the same number. */
const BLOCK: i32 = 512;

/** i modulo n, from 0 to n - 1. */
// @inline
function wrap(i: i32, n: i32): i32 {
  const rest = i % n;
  return rest < 0 ? rest + n : rest;
}

/** One field with a rim of `above` rows and `beside` pixels, which is zero or continues the field periodically. */
function pad<T>(
  x: usize,
  out: usize,
  height: i32,
  width: i32,
  channels: i32,
  above: i32,
  beside: i32,
  periodic: i32,
): void {
  const pixel = <usize>channels * sizeof<T>();
  const row = <usize>width * pixel;
  for (let y = -above; y < height + above; y++) {
    const inside = y >= 0 && y < height;
    if (!inside && !periodic) {
      const all = row + <usize>(2 * beside) * pixel;
      memory.fill(out, 0, all);
      out += all;
      continue;
    }
    const from = x + <usize>(inside ? y : wrap(y, height)) * row;
    for (let i = -beside; i < 0; i++) {
      if (periodic) memory.copy(out, from + <usize>wrap(i, width) * pixel, pixel);
      else memory.fill(out, 0, pixel);
      out += pixel;
    }
    memory.copy(out, from, row);
    out += row;
    for (let i = width; i < width + beside; i++) {
      if (periodic) memory.copy(out, from + <usize>wrap(i, width) * pixel, pixel);
      else memory.fill(out, 0, pixel);
      out += pixel;
    }
  }
}

/** out = f(bias + correlation) of one padded field. */
function correlate<T>(
  padded: usize,
  packed: usize,
  bias: usize,
  out: usize,
  height: i32,
  width: i32,
  inputs: i32,
  units: i32,
  tall: i32,
  wide: i32,
  activation: i32,
): void {
  const pixel = <usize>inputs * sizeof<T>();
  const line = <usize>(width + wide - 1) * pixel;
  const high = <usize>units * sizeof<T>();
  const depth = wide * inputs;
  for (let y = 0; y < height; y++) {
    let a = padded;
    let b = packed;
    for (let t = 0; t < tall; t++) {
      const start = t ? out : bias;
      product<T>(a, pixel, sizeof<T>(), b, 32, 32 * tall * depth, out, high, start, t ? high : 0, width, units, depth);
      a += line;
      b += 32 * depth;
    }
    activate<T>(activation, out, out, width * units);
    padded += line;
    out += <usize>width * high;
  }
}

/** g[i] += part[i]. */
// @inline
function add<T>(part: usize, g: usize, count: i32): void {
  for (let left = count; left > 0; left -= lanes<T>()) {
    const sum = v128.add<T>(v128.load(g), v128.load(part));
    if (left >= lanes<T>()) v128.store(g, sum);
    else storePart<T>(g, sum, left);
    g += 16;
    part += 16;
  }
}

/** g[tap, input, unit] += sum over pixels of padded[pixel + tap, input] d[pixel, unit], for one field. */
function weigh<T>(
  padded: usize,
  d: usize,
  part: usize,
  g: usize,
  height: i32,
  width: i32,
  inputs: i32,
  units: i32,
  tall: i32,
  wide: i32,
): void {
  const pixel = <usize>inputs * sizeof<T>();
  const line = <usize>(width + wide - 1) * pixel;
  const high = <usize>units * sizeof<T>();
  const depth = wide * inputs;
  const rows = max(1, BLOCK / width);
  for (let first = 0; first < height; first += rows) {
    for (let y = first; y < min(first + rows, height); y++) {
      let a = padded;
      let c = part;
      for (let t = 0; t < tall; t++) {
        const start = y === first ? 0 : c;
        // A single unit is a single column: the same sums as a row fill the vectors.
        if (units === 1) product<T>(d, 0, high, a, pixel, 32, c, 0, start, 0, 1, depth, width);
        else product<T>(a, sizeof<T>(), pixel, d, high, 32, c, high, start, high, depth, units, width);
        a += line;
        c += <usize>depth * high;
      }
      padded += line;
      d += <usize>width * high;
    }
    add<T>(part, g, tall * depth * units);
  }
}

export function forward<T>(
  x: usize,
  padded: usize,
  packed: usize,
  bias: usize,
  out: usize,
  batch: i32,
  height: i32,
  width: i32,
  inputs: i32,
  units: i32,
  tall: i32,
  wide: i32,
  periodic: i32,
  activation: i32,
): void {
  const field = <usize>(height * width) * sizeof<T>();
  for (let n = 0; n < batch; n++) {
    pad<T>(x, padded, height, width, inputs, tall / 2, wide / 2, periodic);
    correlate<T>(padded, packed, bias, out, height, width, inputs, units, tall, wide, activation);
    x += field * <usize>inputs;
    out += field * <usize>units;
  }
}

/** Multiplies d by the activation's slope, adds to the gradients, and gives the inputs' gradient where it is wanted. */
export function backward<T>(
  x: usize,
  padded: usize,
  packed: usize,
  out: usize,
  d: usize,
  part: usize,
  gw: usize,
  gb: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  inputs: i32,
  units: i32,
  tall: i32,
  wide: i32,
  periodic: i32,
  activation: i32,
): void {
  const field = <usize>(height * width) * sizeof<T>();
  for (let n = 0; n < batch; n++) {
    backActivate<T>(activation, out, d, height * width * units);
    pad<T>(x, padded, height, width, inputs, tall / 2, wide / 2, periodic);
    weigh<T>(padded, d, part, gw, height, width, inputs, units, tall, wide);
    if (gb) addSums<T>(d, gb, height * width, units);
    if (dx) {
      pad<T>(d, padded, height, width, units, tall / 2, wide / 2, periodic);
      correlate<T>(padded, packed, 0, dx, height, width, units, inputs, tall, wide, 0);
      dx += field * <usize>inputs;
    }
    x += field * <usize>inputs;
    out += field * <usize>units;
    d += field * <usize>units;
  }
}

/** Packs weights [tap, input, unit] for `forward`, columns being units. */
export function packForward<T>(w: usize, out: usize, taps: i32, inputs: i32, units: i32): void {
  pack<T>(w, <usize>units * sizeof<T>(), sizeof<T>(), out, taps * inputs, units);
}

/** Packs them for `backward`: columns are inputs, the taps are turned round. */
export function packBackward<T>(w: usize, out: usize, taps: i32, inputs: i32, units: i32): void {
  const high = <usize>units * sizeof<T>();
  for (let j = 0; j < inputs; j += panelWidth<T>()) {
    const inside = min(panelWidth<T>(), inputs - j);
    for (let t = taps - 1; t >= 0; t--) {
      pack<T>(w + <usize>(t * inputs + j) * high, sizeof<T>(), high, out, units, inside);
      out += <usize>units * 32;
    }
  }
}
