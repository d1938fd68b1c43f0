import {
  div,
  mean,
  mul,
  reshape,
  sign,
  square,
  stridedSlice,
  sub,
  sum,
  Tensor,
  type TensorLike,
  transpose,
} from "@tensorflow/tfjs-core";

/**
 * The operations that tfjs-layers calls as methods of tensors: in the orthogonal initialiser, the default of the
 * recurrent layers, and in the metric R2. Only the union package `@tensorflow/tfjs` defines such methods, and their
 * module in tfjs-core cannot be imported by Node.
 */
const OPERATIONS = {
  flatten: (x: Tensor) => reshape(x, [x.size]),
  reshape: (x: Tensor, shape: number[]) => reshape(x, shape),
  transpose: (x: Tensor, axes?: number[]) => transpose(x, axes),
  stridedSlice: (x: Tensor, begin: number[], end: number[], strides: number[]) => stridedSlice(x, begin, end, strides),
  sign: (x: Tensor) => sign(x),
  square: (x: Tensor) => square(x),
  sum: (x: Tensor, axis?: number | number[], keepDims?: boolean) => sum(x, axis, keepDims),
  mean: (x: Tensor, axis?: number | number[], keepDims?: boolean) => mean(x, axis, keepDims),
  sub: (x: Tensor, y: Tensor | TensorLike) => sub(x, y),
  mul: (x: Tensor, y: Tensor | TensorLike) => mul(x, y),
  div: (x: Tensor, y: Tensor | TensorLike) => div(x, y),
} as const;

/** Defines those of the methods that are missing; those of the union package, loaded before or after, win. */
export function addChainedOperations(): void {
  for (const [name, operation] of Object.entries<(x: Tensor, ...rest: never[]) => Tensor>(OPERATIONS)) {
    if (name in Tensor.prototype) continue;
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...rest: never[]): Tensor {
        return operation(this, ...rest);
      },
      writable: true,
      configurable: true,
    });
  }
}
