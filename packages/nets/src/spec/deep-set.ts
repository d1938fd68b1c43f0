import { checkOptions, integer, oneOf } from "@hml/guard";
import { type LayoutBuilder, layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { chainShape, type LayerShape } from "./stack-shape.ts";
import { checkCount, checkLayers, type DenseLayer, flag, type Init, MAX_WIDTH } from "./stack-spec.ts";

/** A net of sets: the order of the elements does not matter, nor is their number fixed. */
export interface DeepSet {
  /** Tells the nets apart. */
  readonly kind: "deepSet";
  /** Numbers of an element, such as the coordinates of a particle. */
  readonly size: number;
  /** Layers phi on every element, at least one. */
  readonly element: readonly DenseLayer[];
  /** Layers g on the mean of phi, at least one; the last one's units are the outputs. */
  readonly pooled: readonly DenseLayer[];
  /** Whether a layer with as many units as inputs adds its inputs to its sums. */
  readonly residual: boolean;
  /** How weights start. */
  readonly init: Init;
}

/**
 * Specification of a permutation-invariant net, y = g(1/N sum_i phi(x_i)) for the N elements x_i of a sample. What is left
 * out: residual layers where they can be, Glorot weights.
 *
 * Data have inputs [row, element, number] and targets [row, output], with `points` the number of elements; another number
 * may be given to `predict`. Elements are walked in tiles, and in training their layers are evaluated a second time going
 * backwards, so memory does not grow with their number. Linear layers at the end of phi act on the mean, which is the same
 * and saves their work.
 *
 * Weights are named `element.layers.<l>.weight`, [units, inputs], and `.bias`, and `pooled.layers.<l>`.
 *
 * Sources: Zaheer et al., Deep Sets, NeurIPS 2017, theorem 2; Vlachas et al., arXiv 2006.13431 (2020), whose phi is five
 * residual layers of 100 tanh and a linear one of 200, and whose g is five of 100 tanh and the code.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function deepSet(
  options: Pick<DeepSet, "size" | "element" | "pooled"> & Partial<Omit<DeepSet, "kind">>,
): DeepSet {
  const where = "deepSet";
  checkOptions(where, options, ["size", "element", "pooled", "residual", "init"]);
  const { residual = true, init = "glorot" } = options;
  const spec: DeepSet = Object.freeze({
    kind: where,
    size: integer(where, "size", options.size, 1, MAX_WIDTH),
    element: checkLayers(where, "element", options.element),
    pooled: checkLayers(where, "pooled", options.pooled),
    residual: flag(where, "residual", residual),
    init: oneOf(where, "init", init, ["glorot", "he"]),
  });
  checkCount(where, deepSetShape(spec).layout.parameters);
  return spec;
}

/** Where the numbers of a set encoder lie, by where its layers act. */
export interface SetShape {
  /** Layers on every element. */
  readonly element: readonly LayerShape[];
  /** Layers on the mean, among them the linear ones at the end of phi. */
  readonly pooled: readonly LayerShape[];
}

/** Lays out a set net: `element.layers.<l>`, then `pooled.layers.<l>`. */
export function deepSetShape(spec: DeepSet): SetShape & { readonly layout: ParameterLayout } {
  const build = layoutBuilder();
  const shape = setShape(build, "", spec);
  return { ...shape, layout: build.layout() };
}

/** The layers of a set net, their tensors named `<prefix>element.layers.<l>` and `<prefix>pooled.layers.<l>`. */
export function setShape(
  build: LayoutBuilder,
  prefix: string,
  { size, element, pooled, residual, init }: Omit<DeepSet, "kind">,
): SetShape {
  const phi = chainShape(build, `${prefix}element.`, size, element, init, residual);
  const g = chainShape(build, `${prefix}pooled.`, phi.at(-1)!.units, pooled, init, residual);
  // A linear map of the mean is the mean of the linear maps.
  let each = phi.length;
  while (each > 1 && phi[each - 1]!.activation === "linear") each--;
  return { element: phi.slice(0, each), pooled: [...phi.slice(each), ...g] };
}
