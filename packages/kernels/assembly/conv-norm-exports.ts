// The functions of conv-norm.ts in both precisions.
import { addProducts, addSums, normalize, normalizeBack } from "./conv-norm";

export function addSums64(d: usize, g: usize, rows: i32, channels: i32): void {
  addSums<f64>(d, g, rows, channels);
}

export function addSums32(d: usize, g: usize, rows: i32, channels: i32): void {
  addSums<f32>(d, g, rows, channels);
}

export function addProducts64(x: usize, d: usize, mean: usize, g: usize, rows: i32, channels: i32): void {
  addProducts<f64>(x, d, mean, g, rows, channels);
}

export function addProducts32(x: usize, d: usize, mean: usize, g: usize, rows: i32, channels: i32): void {
  addProducts<f32>(x, d, mean, g, rows, channels);
}

export function normalize64(
  x: usize,
  mean: usize,
  scale: usize,
  shift: usize,
  y: usize,
  rows: i32,
  channels: i32,
): void {
  normalize<f64>(x, mean, scale, shift, y, rows, channels);
}

export function normalize32(
  x: usize,
  mean: usize,
  scale: usize,
  shift: usize,
  y: usize,
  rows: i32,
  channels: i32,
): void {
  normalize<f32>(x, mean, scale, shift, y, rows, channels);
}

export function normalizeBack64(
  x: usize,
  d: usize,
  mean: usize,
  level: usize,
  slope: usize,
  scale: usize,
  dx: usize,
  rows: i32,
  channels: i32,
): void {
  normalizeBack<f64>(x, d, mean, level, slope, scale, dx, rows, channels);
}

export function normalizeBack32(
  x: usize,
  d: usize,
  mean: usize,
  level: usize,
  slope: usize,
  scale: usize,
  dx: usize,
  rows: i32,
  channels: i32,
): void {
  normalizeBack<f32>(x, d, mean, level, slope, scale, dx, rows, channels);
}
