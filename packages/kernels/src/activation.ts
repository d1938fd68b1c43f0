import { exp, expm1, sigmoid, softplus, tanh } from "./elementary.ts";
import * as single from "./elementary32.ts";
import type { FloatArray } from "./precision.ts";

/**
 * What a layer applies to its sums:
 *
 * | name | f(x) |
 * |---|---|
 * | `linear` | x |
 * | `relu` | max(0, x) |
 * | `tanh` | tanh x |
 * | `sigmoid` | 1 / (1 + e^-x) |
 * | `softplus` | log(1 + e^x) |
 * | `selu` | 1.0507 x for x > 0, else 1.7581 (e^x - 1) (Klambauer et al. 2017) |
 * | `celu` | x for x > 0, else e^x - 1 (Barron 2017, alpha = 1) |
 */
export type Activation = "linear" | "relu" | "tanh" | "sigmoid" | "softplus" | "selu" | "celu";

/** The numbers that assembly/activation.ts gives to the functions. */
export const CODES: Readonly<Record<Activation | "exp", number>> = {
  linear: 0,
  relu: 1,
  tanh: 2,
  sigmoid: 3,
  softplus: 4,
  selu: 5,
  celu: 6,
  exp: 7,
};

/** Names of the activations, for checks. */
export const ACTIVATIONS: readonly Activation[] = ["linear", "relu", "tanh", "sigmoid", "softplus", "selu", "celu"];

const SELU_SCALE = 1.0507009873554805;
/** The scale times alpha = 1.6732632423543772. */
const SELU_FLOOR = 1.7580993408473766;

const fround: (x: number) => number = Math.fround;
const SELU_SCALE32 = fround(SELU_SCALE);
const SELU_FLOOR32 = fround(SELU_FLOOR);

type Values = (x: number) => number;
/** d times f'(x), from a = f(x) and d. */
type Slopes = (a: number, d: number) => number;

const values64: Readonly<Record<Activation | "exp", Values>> = {
  linear: (x) => x,
  // max(0, x) without a branch; lets a NaN through to be noticed.
  relu: (x) => 0.5 * (x + Math.abs(x)),
  tanh,
  sigmoid,
  softplus,
  selu: (x) => (x > 0 ? SELU_SCALE * x : SELU_FLOOR * expm1(x)),
  celu: (x) => (x > 0 ? x : expm1(x)),
  exp,
};

const slopes64: Readonly<Record<Activation, Slopes>> = {
  linear: (_, d) => d,
  relu: (a, d) => (a > 0 ? d : 0),
  tanh: (a, d) => d * (1 - a * a),
  sigmoid: (a, d) => d * (a * (1 - a)),
  softplus: (a, d) => d * -expm1(-a),
  selu: (a, d) => d * (a > 0 ? SELU_SCALE : a + SELU_FLOOR),
  celu: (a, d) => d * (a > 0 ? 1 : a + 1),
};

const values32: Readonly<Record<Activation | "exp", Values>> = {
  linear: (x) => x,
  relu: (x) => fround(0.5 * fround(x + Math.abs(x))),
  tanh: single.tanh,
  sigmoid: single.sigmoid,
  softplus: single.softplus,
  selu: (x) => (x > 0 ? fround(SELU_SCALE32 * x) : fround(SELU_FLOOR32 * single.expm1(x))),
  celu: (x) => (x > 0 ? x : single.expm1(x)),
  exp: single.exp,
};

const slopes32: Readonly<Record<Activation, Slopes>> = {
  linear: (_, d) => d,
  relu: (a, d) => (a > 0 ? d : 0),
  tanh: (a, d) => fround(d * fround(1 - fround(a * a))),
  sigmoid: (a, d) => fround(d * fround(a * fround(1 - a))),
  softplus: (a, d) => fround(d * -single.expm1(-a)),
  selu: (a, d) => fround(d * (a > 0 ? SELU_SCALE32 : fround(a + SELU_FLOOR32))),
  celu: (a, d) => fround(d * (a > 0 ? 1 : fround(a + 1))),
};

/** out[i] = f(x[i]) for the first `count` i; out may be x. */
export function activate(name: Activation | "exp", x: FloatArray, out: FloatArray, count: number): void {
  const f = x instanceof Float64Array ? values64[name] : values32[name];
  for (let i = 0; i < count; i++) out[i] = f(x[i]!);
}

/** Multiplies the first `count` of d by f'(x), from a = f(x). */
export function backActivate(name: Activation, a: FloatArray, d: FloatArray, count: number): void {
  if (name === "linear") return;
  const f = a instanceof Float64Array ? slopes64[name] : slopes32[name];
  for (let i = 0; i < count; i++) d[i] = f(a[i]!, d[i]!);
}
