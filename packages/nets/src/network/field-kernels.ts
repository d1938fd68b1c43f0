import {
  averagePool1d,
  averagePool1dBytes,
  averagePool2d,
  averagePool2dBytes,
  type BatchNorm,
  batchNorm,
  batchNormBytes,
  conv1d,
  conv1dBytes,
  conv2d,
  conv2dBytes,
  type ConvLayer,
  type KernelEngine,
  maxPool1d,
  maxPool1dBytes,
  maxPool2d,
  maxPool2dBytes,
  type Precision,
  type SquaresLayer,
  upsample1d,
  upsample1dBytes,
  upsample2d,
  upsample2dBytes,
} from "@hml/kernels";
import type { ConvolutionShape, NormShape, ScaleShape } from "../spec/field-layer.ts";
import type { FloatArray } from "./part.ts";

/** The fields below a layer, and how it is built. */
export interface FieldSizes {
  /** Points along [x] or [x, y]. */
  readonly extents: readonly number[];
  /** Most fields at once. */
  readonly rows: number;
  readonly precision: Precision;
  readonly trainable: boolean;
}

/** Arrays that are given to a layer; what is undefined is not wanted. */
interface Below {
  readonly input: FloatArray;
  readonly inputGradient: FloatArray | undefined;
}

const LINES = { maxPool: maxPool1d, averagePool: averagePool1d, upsample: upsample1d };
const PLANES = { maxPool: maxPool2d, averagePool: averagePool2d, upsample: upsample2d };
const LINE_BYTES = { maxPool: maxPool1dBytes, averagePool: averagePool1dBytes, upsample: upsample1dBytes };
const PLANE_BYTES = { maxPool: maxPool2dBytes, averagePool: averagePool2dBytes, upsample: upsample2dBytes };

/** A convolution along lines or on planes. */
export function convolutionOf(
  engine: KernelEngine,
  shape: ConvolutionShape,
  sizes: FieldSizes,
  given: Below & Readonly<Record<"weightGradient" | "biasGradient", FloatArray | undefined>>,
): ConvLayer<Precision> {
  const [width, height] = sizes.extents as [number, number?];
  const options = { ...convolutionSizes(shape, sizes, given.inputGradient !== undefined), ...wanted(given) };
  return height === undefined ? conv1d(engine, { ...options, width }) : conv2d(engine, { ...options, width, height });
}

/** What it takes of an engine; `deep` where it passes a gradient down. */
export function convolutionBytes(shape: ConvolutionShape, sizes: FieldSizes, deep: boolean): number {
  const [width, height] = sizes.extents as [number, number?];
  const options = convolutionSizes(shape, sizes, deep);
  const shared = ["input", "inputGradient", "weightGradient", "biasGradient"] as const;
  return height === undefined
    ? conv1dBytes({ ...options, width }, shared)
    : conv2dBytes({ ...options, width, height }, shared);
}

function convolutionSizes(shape: ConvolutionShape, { rows, precision, trainable }: FieldSizes, deep: boolean) {
  const { inputs, units, kernel, padding, activation } = shape;
  return { batch: rows, inputs, units, kernel, padding, activation, precision, gradient: direction(trainable, deep) };
}

/** A batch norm whose rows are the points of all fields. */
export function normOf(
  engine: KernelEngine,
  shape: NormShape,
  sizes: FieldSizes,
  given: Below & Readonly<Record<"scaleGradient" | "shiftGradient", FloatArray | undefined>>,
  allReduce: ((sums: FloatArray) => void) | undefined,
): BatchNorm<Precision> {
  const { epsilon, momentum } = shape;
  const options = normSizes(shape, sizes, given.inputGradient !== undefined);
  const shared = allReduce === undefined ? {} : { allReduce };
  return batchNorm(engine, { ...options, epsilon, momentum, ...shared, ...wanted(given) });
}

/** What it takes of an engine. */
export function normBytes(shape: NormShape, sizes: FieldSizes, deep: boolean): number {
  const shared = ["input", "inputGradient", "scaleGradient", "shiftGradient"] as const;
  return batchNormBytes(normSizes(shape, sizes, deep), shared);
}

function normSizes({ channels }: NormShape, sizes: FieldSizes, deep: boolean) {
  const { extents, precision, trainable } = sizes;
  const rows = extents.reduce((a, b) => a * b, sizes.rows);
  return { rows, channels, precision, gradient: direction(trainable, deep) };
}

/** A pooling or an up-sampling. */
export function scaleOf(
  engine: KernelEngine,
  shape: ScaleShape,
  sizes: FieldSizes,
  given: Below,
): SquaresLayer<Precision> {
  const [width, height] = sizes.extents as [number, number?];
  const options = { ...scaleSizes(shape, sizes, given.inputGradient !== undefined), ...wanted(given) };
  return height === undefined
    ? LINES[shape.kind](engine, { ...options, width })
    : PLANES[shape.kind](engine, { ...options, width, height });
}

/** What it takes of an engine. */
export function scaleBytes(shape: ScaleShape, sizes: FieldSizes, deep: boolean): number {
  const [width, height] = sizes.extents as [number, number?];
  const options = scaleSizes(shape, sizes, deep);
  const shared = ["input", "inputGradient"] as const;
  return height === undefined
    ? LINE_BYTES[shape.kind]({ ...options, width }, shared)
    : PLANE_BYTES[shape.kind]({ ...options, width, height }, shared);
}

function scaleSizes({ channels }: ScaleShape, { rows, precision, trainable }: FieldSizes, deep: boolean) {
  const gradient: "none" | "all" = trainable && deep ? "all" : "none";
  return { batch: rows, channels, precision, gradient };
}

function direction(trainable: boolean, deep: boolean): "none" | "parameters" | "all" {
  return !trainable ? "none" : deep ? "all" : "parameters";
}

/** The arrays that are there. */
function wanted<K extends string>(given: Readonly<Record<K, FloatArray | undefined>>): Partial<Record<K, FloatArray>> {
  const arrays: Partial<Record<K, FloatArray>> = {};
  for (const name in given) {
    const array = given[name];
    if (array !== undefined) arrays[name] = array;
  }
  return arrays;
}
