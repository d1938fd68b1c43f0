import { checkOptions, integer, oneOf } from "@hml/guard";
import { adopting } from "./conv-arrays.ts";
import { allocate, type KernelEngine } from "./engine.ts";
import { LARGEST } from "./gemm.ts";
import { checkApart } from "./overlap.ts";
import { poolCode, type PoolShape } from "./pool-code.ts";
import { checkPrecision, type FloatArrays, type Precision } from "./precision.ts";

/** Sizes of a layer between lines of which one has twice the points, and arrays that it shares. */
export interface PairsOptions<P extends Precision = "float64"> {
  /** Most lines or fields (samples, members) that are evaluated at once. */
  readonly batch: number;
  /** Points of an input along x. */
  readonly width: number;
  /** Channels, which stay as they are. */
  readonly channels: number;
  /** `float64` unless told otherwise. */
  readonly precision?: P;
  /** Whether `backward` gives nothing (default) or the gradient of the inputs. */
  readonly gradient?: "none" | "all";
  /** Taken as `input`, for instance the output of the layer below; made unless given. */
  readonly input?: FloatArrays[P];
  /** Taken as `inputGradient`, for instance the output gradient of the layer below. */
  readonly inputGradient?: FloatArrays[P];
}

/** Sizes of a layer between fields of which one has twice the pixels along each axis, and arrays that it shares. */
export interface SquaresOptions<P extends Precision = "float64"> extends PairsOptions<P> {
  /** Pixels of an input field along y. */
  readonly height: number;
}

/** What decides how much memory a layer between lines takes. */
export type PairsSizes = Pick<PairsOptions<Precision>, "batch" | "width" | "channels" | "precision" | "gradient">;

/** What decides how much memory a layer between fields takes. */
export type SquaresSizes = PairsSizes & Pick<SquaresOptions<Precision>, "height">;

/** Arrays that such a layer may share with others. */
export type SquaresShared = "input" | "inputGradient";

/** One such layer with its arrays, all of them the engine's; lines have no y. */
export interface SquaresLayer<P extends Precision = "float64"> {
  /** [batch, y, x, channels], filled before `forward` and not changed before `backward`. */
  readonly input: FloatArrays[P];
  /** [batch, y, x, channels] of the other size, written by `forward`. */
  readonly output: FloatArrays[P];
  /** dL/d(output), filled before `backward`. */
  readonly outputGradient: FloatArrays[P] | undefined;
  /** dL/d(input), written by `backward`. */
  readonly inputGradient: FloatArrays[P] | undefined;
  /** Evaluates the first `batch` lines or fields, all unless told otherwise. */
  forward(batch?: number): void;
  /** The gradient of those last passed to `forward`. @throws Error when `gradient` is `none`. */
  backward(batch?: number): void;
}

/** What a layer does, and to lines or fields. */
export type PoolKind = Pick<PoolShape, "kind" | "flat">;

const SHARED: readonly SquaresShared[] = ["input", "inputGradient"];

/** The layer that pooling and up-sampling are. */
export function poolLayer<P extends Precision>(
  where: string,
  engine: KernelEngine,
  options: PairsOptions<P>,
  what: PoolKind,
): SquaresLayer<P> {
  checkOptions(where, options, [...keysOf(what), ...SHARED]);
  const { batch, channels, backwards, before, after, cells } = sizesOf(where, options, what);
  const precision = checkPrecision(where, options.precision ?? "float64") as P;
  const adopt = adopting(where, engine, precision, { ...options });
  const input = adopt("input", before, true)!;
  const inputGradient = adopt("inputGradient", before, backwards);
  checkApart(where, { input, inputGradient });
  const output = allocate(engine, precision, after);
  const outputGradient = backwards ? allocate(engine, precision, after) : undefined;
  const layer = { input, output, outputGradient, inputGradient };
  const code = poolCode(where, engine, { ...what, width: cells.wide, channels, precision }, layer);

  let evaluated = 0;
  return {
    ...layer,
    forward(fields = batch) {
      integer(`${where}.forward`, "batch", fields, 0, batch);
      code.forward(fields * cells.high);
      evaluated = fields;
    },
    backward(fields = evaluated) {
      if (!backwards) throw new Error(`${where}.backward: the layer has no gradients; make it with gradient "all"`);
      integer(`${where}.backward`, "batch", fields, 0, evaluated);
      code.backward(fields * cells.high);
    },
  };
}

/** Bytes of an engine that such a layer takes when the arrays in `shared` are given to it. */
export function poolLayerBytes(
  where: string,
  options: PairsSizes,
  what: PoolKind,
  shared: readonly SquaresShared[],
): number {
  checkOptions(where, options, keysOf(what));
  const { backwards, before, after } = sizesOf(where, options, what);
  const size = checkPrecision(where, options.precision ?? "float64") === "float64" ? 8 : 4;
  for (const name of shared) oneOf(where, "shared", name, SHARED);
  const lengths = [after];
  if (!shared.includes("input")) lengths.push(before);
  if (backwards) lengths.push(after);
  if (backwards && !shared.includes("inputGradient")) lengths.push(before);
  return lengths.reduce((sum, length) => sum + 16 * Math.ceil((length * size) / 16), 0);
}

function keysOf({ flat }: PoolKind): readonly string[] {
  const keys: readonly (keyof SquaresSizes)[] = ["batch", "height", "width", "channels", "precision", "gradient"];
  return flat ? keys.filter((key) => key !== "height") : keys;
}

/** Sizes, checked: numbers before and after the layer, and cells of a field along y and x. */
function sizesOf(where: string, options: PairsSizes & { readonly height?: number }, { kind, flat }: PoolKind) {
  const { batch, width, channels, gradient = "none" } = options;
  const extents = flat ? { width } : { height: options.height!, width };
  for (const [name, value] of Object.entries({ batch, ...extents, channels })) integer(where, name, value, 1, LARGEST);
  const spreads = kind === "upsample";
  for (const [name, value] of Object.entries(extents)) {
    if (spreads || value % 2 === 0) continue;
    const cell = flat ? "a pair of points" : "a square of 2x2 pixels";
    throw new RangeError(`${where}: ${name} must be even, got ${value}; ${cell} would be cut`);
  }
  oneOf(where, "gradient", gradient, ["none", "all"]);
  const height = flat ? 1 : options.height!;
  const before = batch * height * width * channels;
  const part = flat ? 2 : 4;
  return {
    batch,
    channels,
    backwards: gradient === "all",
    before,
    after: spreads ? part * before : before / part,
    cells: { high: spreads || flat ? height : height / 2, wide: spreads ? width : width / 2 },
  };
}
