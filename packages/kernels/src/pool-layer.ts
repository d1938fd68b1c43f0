import { checkOptions, integer, oneOf } from "@hml/guard";
import { adopting } from "./conv-arrays.ts";
import type { ConvExports } from "./conv-code.ts";
import { allocate, type KernelEngine, load } from "./engine.ts";
import { convFamily } from "./families.ts";
import { LARGEST } from "./gemm.ts";
import { checkApart } from "./overlap.ts";
import { checkPrecision, type FloatArrays, type Precision } from "./precision.ts";

/** Sizes of a layer between fields of which one has twice the pixels along each axis, and arrays that it shares. */
export interface SquaresOptions<P extends Precision = "float64"> {
  /** Most fields (samples, members) that are evaluated at once. */
  readonly batch: number;
  /** Pixels of an input field along y. */
  readonly height: number;
  /** Pixels of an input field along x. */
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

/** One such layer with its arrays, all of them the engine's. */
export interface SquaresLayer<P extends Precision = "float64"> {
  /** [batch, y, x, channels], filled before `forward` and not changed before `backward`. */
  readonly input: FloatArrays[P];
  /** [batch, y, x, channels] of the other size, written by `forward`. */
  readonly output: FloatArrays[P];
  /** dL/d(output), filled before `backward`. */
  readonly outputGradient: FloatArrays[P] | undefined;
  /** dL/d(input), written by `backward`. */
  readonly inputGradient: FloatArrays[P] | undefined;
  /** Evaluates the first `batch` fields, all unless told otherwise. */
  forward(batch?: number): void;
  /** The gradient of the fields last passed to `forward`. @throws Error when `gradient` is `none`. */
  backward(batch?: number): void;
}

/** What a layer runs, on rows of squares of 2x2 pixels: those of all fields follow each other. */
interface SquaresCode {
  forward(rows: number): void;
  backward(rows: number): void;
}

/** Squares in a row, channels, and whether numbers are float64. */
interface SquaresSizes {
  readonly width: number;
  readonly channels: number;
  readonly double: boolean;
}

/** The layer that `maxPool2d` and, when `spreads`, `upsample2d` are. */
export function squaresLayer<P extends Precision>(
  where: string,
  engine: KernelEngine,
  options: SquaresOptions<P>,
  spreads: boolean,
  codeOf: (
    exports: ConvExports | undefined,
    layer: Pick<SquaresLayer<P>, "input" | "output" | "outputGradient" | "inputGradient">,
    sizes: SquaresSizes,
  ) => SquaresCode,
): SquaresLayer<P> {
  checkOptions(where, options, KEYS);
  const { batch, height, width, channels, gradient = "none" } = options;
  for (const [name, value] of Object.entries({ batch, height, width, channels })) {
    integer(where, name, value, 1, LARGEST);
  }
  for (const [name, value] of Object.entries({ height, width })) {
    if (spreads || value % 2 === 0) continue;
    throw new RangeError(`${where}: ${name} must be even, got ${value}; a square of 2x2 pixels would be cut`);
  }
  oneOf(where, "gradient", gradient, ["none", "all"]);
  const precision = checkPrecision(where, options.precision ?? "float64") as P;
  const exports = load(where, engine, convFamily);

  const before = batch * height * width * channels;
  const after = spreads ? 4 * before : before / 4;
  const backwards = gradient === "all";
  const adopt = adopting(where, engine, precision, { ...options });
  const input = adopt("input", before, true)!;
  const inputGradient = adopt("inputGradient", before, backwards);
  checkApart(where, { input, inputGradient });
  const output = allocate(engine, precision, after);
  const outputGradient = backwards ? allocate(engine, precision, after) : undefined;
  const layer = { input, output, outputGradient, inputGradient };
  const squares = spreads ? { high: height, wide: width } : { high: height / 2, wide: width / 2 };
  const code = codeOf(exports, layer, { width: squares.wide, channels, double: precision === "float64" });

  let evaluated = 0;
  return {
    ...layer,
    forward(fields = batch) {
      integer(`${where}.forward`, "batch", fields, 0, batch);
      code.forward(fields * squares.high);
      evaluated = fields;
    },
    backward(fields = evaluated) {
      if (!backwards) throw new Error(`${where}.backward: the layer has no gradients; make it with gradient "all"`);
      integer(`${where}.backward`, "batch", fields, 0, evaluated);
      code.backward(fields * squares.high);
    },
  };
}

const KEYS: readonly (keyof SquaresOptions)[] = [
  "batch",
  "height",
  "width",
  "channels",
  "precision",
  "gradient",
  "input",
  "inputGradient",
];
