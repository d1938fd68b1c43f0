// Convolutions in both precisions, and what stands between them in a network.
import { backward, forward, packBackward, packForward } from "./conv-field";

export function convForward64(
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
  forward<f64>(x, padded, packed, bias, out, batch, height, width, inputs, units, tall, wide, periodic, activation);
}

export function convForward32(
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
  forward<f32>(x, padded, packed, bias, out, batch, height, width, inputs, units, tall, wide, periodic, activation);
}

export function convBackward64(
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
  code: i32,
): void {
  // biome-ignore format: one line of the arguments in the order above
  backward<f64>(x, padded, packed, out, d, part, gw, gb, dx, batch, height, width, inputs, units, tall, wide, periodic, code);
}

export function convBackward32(
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
  code: i32,
): void {
  // biome-ignore format: one line of the arguments in the order above
  backward<f32>(x, padded, packed, out, d, part, gw, gb, dx, batch, height, width, inputs, units, tall, wide, periodic, code);
}

export function packConvForward64(w: usize, out: usize, taps: i32, inputs: i32, units: i32): void {
  packForward<f64>(w, out, taps, inputs, units);
}

export function packConvForward32(w: usize, out: usize, taps: i32, inputs: i32, units: i32): void {
  packForward<f32>(w, out, taps, inputs, units);
}

export function packConvBackward64(w: usize, out: usize, taps: i32, inputs: i32, units: i32): void {
  packBackward<f64>(w, out, taps, inputs, units);
}

export function packConvBackward32(w: usize, out: usize, taps: i32, inputs: i32, units: i32): void {
  packBackward<f32>(w, out, taps, inputs, units);
}

export * from "./conv-norm-exports";
