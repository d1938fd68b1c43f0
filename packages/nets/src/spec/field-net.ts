import { checkOptions, integer, oneOf, positive, show } from "@hml/guard";
import { checkScalarStack, checkStack, MAX_WIDTH, STACK_KEYS, type StackSpec } from "./stack-spec.ts";

/**
 * The functional net: du/dt = F(u, u_x, u_xx, ...) at a point, F a dense stack on features that the caller computes, in
 * any number of dimensions.
 *
 * Source: Arbabi, Bunder, Samaey, Roberts, Kevrekidis, JOM 2020, the net on u and its derivatives.
 */
export interface FunctionalNet extends StackSpec {
  /** Tells the nets apart. */
  readonly kind: "functionalNet";
  /** Names of the inputs in their order, such as ["u", "u_x", "u_xx"]. */
  readonly features: readonly string[];
}

/** Nets that read neighbouring grid values. */
export interface StencilSpec extends StackSpec {
  /**
   * Number of neighbouring values read: a number on a line, [x, y] or [x, y, z] in two or three dimensions. The stack
   * takes them with x running fastest, as they lie in the field.
   */
  readonly stencil: number | readonly number[];
  /**
   * How training data and `predict` treat the ends of a snapshot: `valid` gives no output where the stencil does not
   * fit, `periodic` wraps around.
   */
  readonly padding: "valid" | "periodic";
}

/**
 * The discretised net: du/dt = F(u_{i-m}, ..., u_{i+m}) with the same F at every point, that is a convolution of width
 * `stencil` = 2m + 1 (along each axis) followed by 1x1 convolutions.
 *
 * Source: Arbabi et al., JOM 2020, the net on the solution values; in 2D they read 5 x 5 values of a periodic field.
 */
export interface DiscretisedNet extends StencilSpec {
  /** Tells the nets apart. */
  readonly kind: "discretisedNet";
}

/**
 * The flux net: du/dt = -div f with learned fluxes f through the faces of the cells. On a line
 * du_i/dt = -(f_{i+1/2} - f_{i-1/2}) / spacing with f_{i+1/2} = F(u_{i-m+1}, ..., u_{i+m}), `stencil` = 2m; on planes and
 * in space the same along each axis, on periodic grids. Whatever is learned, the sum of du/dt over a periodic grid is zero
 * to rounding.
 *
 * With positive mobility f = -K (u_right - u_left) / spacing, K = softplus(G) > 0 of the values beside the face, G the
 * stack. Then sum u du/dt = -sum K ((u_right - u_left) / spacing)^2 <= 0 on a periodic grid: a nonlinear diffusion, which
 * the law cannot leave.
 */
export interface FluxNet extends StencilSpec {
  /** Tells the nets apart. */
  readonly kind: "fluxNet";
  /**
   * Number of values read, those beside a cell face along its normal, even; on planes and in space also
   * [along, across], with `across` rows of them side by side along each other axis, odd. The stack takes them along the
   * normal first.
   */
  readonly stencil: number | readonly number[];
  /** Grid spacing dx; [dx, dy] or [dx, dy, dz] on planes and in space. */
  readonly spacing: number | readonly number[];
  /** Whether the flux is the stack, `free`, or a `positive` mobility times the difference across the face. */
  readonly mobility: "free" | "positive";
}

/** How a divergence net differentiates: exactly for band-limited fields, or by central differences of that order. */
export type DivergenceOrder = "spectral" | 2 | 4 | 6;

/**
 * The divergence net on a periodic grid of one, two or three dimensions: du/dt = d_x f_x + d_y f_y + ... with the learned
 * vector (f_x, f_y, ...) = F(features) at each point, one output of the stack an axis. For diffusion f = K grad u, minus
 * the physical flux. Whatever is learned, the sum of du/dt over the grid is zero to rounding, so the mean is kept.
 *
 * The features, most often u and its first derivatives, are computed by the caller; the divergence is part of the net.
 */
export interface DivergenceNet extends StackSpec {
  /** Tells the nets apart. */
  readonly kind: "divergenceNet";
  /** Names of the inputs in their order, such as ["u_x", "u_y"]. */
  readonly features: readonly string[];
  /** Length of the period along x, or x and y, or x, y and z: one an axis. */
  readonly period: readonly number[];
  /** The derivative along each axis. */
  readonly derivative: DivergenceOrder;
}

/** Nets that give du/dt of a field, point by point; `learnedRhs` makes right-hand sides of them. */
export type FieldNet = FunctionalNet | DiscretisedNet | FluxNet | DivergenceNet;

/**
 * Specification of a functional net; what is left out is as in the paper's code: features u, u_x, u_xx, layers 32, 32, 1
 * with ReLU after the first two, Glorot weights, no symmetry and no skip.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function functionalNet(options: Partial<Omit<FunctionalNet, "kind">> = {}): FunctionalNet {
  const where = "functionalNet";
  checkOptions(where, options, ["features", ...STACK_KEYS]);
  const features = checkFeatures(where, options.features ?? ["u", "u_x", "u_xx"]);
  return Object.freeze({ kind: where, features, ...checkStack(where, options, features.length) });
}

/**
 * Specification of a discretised net; what is left out is as in the paper's code: three points on a line, valid padding,
 * layers 32, 32, 1 with ReLU after the first two, Glorot weights. The paper's net in 2D:
 * `discretisedNet({ stencil: [5, 5], padding: "periodic" })`, 1,921 parameters.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function discretisedNet(options: Partial<Omit<DiscretisedNet, "kind">> = {}): DiscretisedNet {
  const where = "discretisedNet";
  checkOptions(where, options, ["stencil", "padding", ...STACK_KEYS]);
  const { stencil = 3, padding = "valid" } = options;
  const widths: readonly number[] = typeof stencil === "object" ? axes(where, "stencil", stencil, 2) : [stencil];
  let values = 1;
  for (const width of widths) {
    integer(where, "stencil", width, 1, MAX_WIDTH);
    if (width % 2 === 0) {
      throw new RangeError(`${where}: stencil must be odd, got ${width}; it is centred on the point it predicts`);
    }
    values *= width;
  }
  integer(where, "values of the stencil", values, 1, MAX_WIDTH);
  const ends = oneOf(where, "padding", padding, ["valid", "periodic"]);
  const stack = checkScalarStack(where, options, values);
  return Object.freeze({
    kind: where,
    stencil: typeof stencil === "object" ? Object.freeze([...widths]) : stencil,
    padding: ends,
    ...stack,
  });
}

/**
 * Specification of a flux net on a grid of the given spacing, one number on a line, [dx, dy] on a plane; what is left out:
 * the two values beside a face, periodic padding, free mobility, layers 32, 32, 1 with ReLU after the first two, Glorot
 * weights. With one output the law is the same along every axis, with one an axis each has its own. With positive mobility
 * `odd` makes K even, so that the flux is odd.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function fluxNet(options: Pick<FluxNet, "spacing"> & Partial<Omit<FluxNet, "kind">>): FluxNet {
  const where = "fluxNet";
  checkOptions(where, options, ["spacing", "stencil", "padding", "mobility", ...STACK_KEYS]);
  const { spacing, stencil = 2, padding = "periodic", mobility = "free" } = options;
  const spacings = typeof spacing === "object" ? axes(where, "spacing", spacing, 2) : [spacing];
  for (const length of spacings) positive(where, "spacing", length);
  const dimension = spacings.length;
  const widths = typeof stencil === "object" ? axes(where, "stencil", stencil, 2) : [stencil];
  const [along, across = 1] = widths as [number, number?];
  integer(where, "stencil", along, 2, MAX_WIDTH);
  if (along % 2 !== 0) {
    throw new RangeError(`${where}: stencil must be even, got ${along}; it is centred on a cell face`);
  }
  if (widths.length > 1 && (dimension === 1 || widths.length > 2)) {
    throw new RangeError(`${where}: stencil must be a number on a line, a number or [along, across] on planes`);
  }
  if (integer(where, "stencil[1]", across, 1, MAX_WIDTH) % 2 === 0) {
    throw new RangeError(`${where}: stencil[1] must be odd, got ${across}; it is centred on the normal of a face`);
  }
  const ends = oneOf(where, "padding", padding, ["valid", "periodic"]);
  if (dimension > 1 && ends !== "periodic") {
    throw new RangeError(`${where}: padding must be periodic on planes and in space, got valid`);
  }
  const inputs = widths.length === 1 ? along : along * power(across, dimension - 1);
  integer(where, "values of the stencil", inputs, 2, MAX_WIDTH);
  const stack = checkStack(where, options, inputs);
  const last = stack.layers.length - 1;
  const { units } = stack.layers[last]!;
  if (units !== 1 && units !== dimension) {
    const wanted = dimension === 1 ? "1" : `1 or ${dimension}`;
    throw new RangeError(`${where}: layers[${last}].units must be ${wanted}, got ${units}; one flux a face`);
  }
  return Object.freeze({
    kind: where,
    spacing: typeof spacing === "object" ? Object.freeze([...spacings]) : spacing,
    stencil: typeof stencil === "object" ? Object.freeze([...widths]) : stencil,
    padding: ends,
    mobility: oneOf(where, "mobility", mobility, ["free", "positive"]),
    ...stack,
  });
}

function power(base: number, exponent: number): number {
  let product = 1;
  for (let k = 0; k < exponent; k++) product *= base;
  return product;
}

/**
 * Specification of a divergence net on a periodic grid; `period` has one length an axis. What is left out: the first
 * derivatives of u as features, the spectral derivative, layers 16, 16 and one output an axis, ReLU after the first two,
 * no constant terms, odd, Glorot weights.
 *
 * These defaults build in what a linear diffusion law has, and many others have in part. Without u among the features the
 * law is the same for u and u + c. Without constant terms a ReLU stack is positively homogeneous, F(s z) = s F(z) for
 * s > 0, so its relative error does not depend on the size of the field. Odd, F(-z) = -F(z), it treats u and -u alike.
 * For a nonlinear law give the features and layers that it needs.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function divergenceNet(
  options: Pick<DivergenceNet, "period"> & Partial<Omit<DivergenceNet, "kind">>,
): DivergenceNet {
  const where = "divergenceNet";
  checkOptions(where, options, ["period", "features", "derivative", ...STACK_KEYS]);
  const period = Object.freeze([...axes(where, "period", options.period, 1)]);
  for (const length of period) positive(where, "period", length);
  const features = checkFeatures(where, options.features ?? ["u_x", "u_y", "u_z"].slice(0, period.length));
  const derivative = oneOf(where, "derivative", options.derivative ?? "spectral", ["spectral", 2, 4, 6]);
  const layers = options.layers ?? [
    { units: 16, activation: "relu", bias: false },
    { units: 16, activation: "relu", bias: false },
    { units: period.length, activation: "linear", bias: false },
  ];
  const stack = checkStack(where, { ...options, layers, odd: options.odd ?? true }, features.length);
  const units = stack.layers.at(-1)!.units;
  if (units !== period.length) {
    throw new RangeError(
      `${where}: layers[${stack.layers.length - 1}].units must be ${period.length}, got ${units}; one component an axis`,
    );
  }
  return Object.freeze({ kind: where, features, period, derivative, ...stack });
}

/** Distinct, non-empty names of features, copied and frozen. */
function checkFeatures(where: string, features: readonly string[]): readonly string[] {
  if (!Array.isArray(features))
    throw new TypeError(`${where}: features must be an array of names, got ${show(features)}`);
  integer(where, "features.length", features.length, 1, MAX_WIDTH);
  const seen = new Set<string>();
  for (const name of features) {
    if (typeof name !== "string" || name === "") {
      throw new TypeError(`${where}: each feature must be a non-empty name, got ${show(name)}`);
    }
    if (seen.has(name)) throw new RangeError(`${where}: feature ${show(name)} is named twice; each must be named once`);
    seen.add(name);
  }
  return Object.freeze([...seen]);
}

/** An array of `least` to three values, one an axis. */
function axes(where: string, name: string, values: readonly number[], least: number): readonly number[] {
  if (!Array.isArray(values)) throw new TypeError(`${where}: ${name} must be an array, got ${show(values)}`);
  integer(where, `${name}.length`, values.length, least, 3);
  return values;
}

/** Whether a net gives du/dt of a field. */
export function isFieldNet(spec: { readonly kind: string }): spec is FieldNet {
  return FIELD_KINDS.has(spec.kind);
}

const FIELD_KINDS: ReadonlySet<string> = new Set(["functionalNet", "discretisedNet", "fluxNet", "divergenceNet"]);
