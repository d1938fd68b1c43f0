import { activate } from "./activation";

export function apply64(code: i32, x: usize, out: usize, count: i32): void {
  activate<f64>(code, x, out, count);
}

export function apply32(code: i32, x: usize, out: usize, count: i32): void {
  activate<f32>(code, x, out, count);
}
