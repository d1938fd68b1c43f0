import { callable, checkOptions, oneOf, show } from "@hml/guard";
import type { Rhs, Vec } from "@hml/integrators";
import { type GridNet, isGridNet } from "../spec/grid-net.ts";
import { type GridEvaluator, gridEvaluator } from "../network/grid-evaluator.ts";
import { isFieldNet } from "../spec/field-net.ts";
import { fieldEvaluator, stackEvaluator } from "../network/net-evaluator.ts";
import { extentsOf, rowLayout } from "../network/row-layout.ts";
import { stackShape } from "../spec/stack-net.ts";
import type { Trained } from "./trained.ts";
import { parametersFrom } from "../files/weights.ts";

/** A derivative on the grid, such as those of a feature library: writes the derivative of `u` into `out`, as long. */
export interface DerivativeOperator {
  /** Writes the derivative of `u` at every point into `out`. */
  apply(u: Vec, out: Vec): void;
}

/** The grid on which a learned law runs. */
export interface LearnedRhsOptions {
  /** Number of grid points; [x, y] or [x, y, z] in two or three dimensions, x contiguous in the state. */
  readonly size: number | readonly number[];
  /**
   * `dirichlet`: the ends keep their values, so their slope is zero (with a stencil wider than three points, so do the
   * points next to them where the stencil does not fit); `periodic`: the grid wraps around, which a divergence net needs. A
   * field CNN moves every point and keeps its own padding: give `periodic`.
   */
  readonly ends: "dirichlet" | "periodic";
  /**
   * Functional and divergence nets: the operator behind each feature's name, `u` itself excepted; values at held ends
   * are not read.
   */
  readonly derivatives?: Readonly<Record<string, DerivativeOperator>>;
}

/**
 * A trained net as the right-hand side du/dt of any integrator; allocates nothing per call and ignores `t`. The state and du/dt
 * are those of the data, whatever scaling the net was trained in.
 *
 * @throws RangeError or TypeError when it is built: a grid narrower than the stencil or of other dimension, a feature
 * without an operator, a net with several outputs; when it is called with a state of another length
 */
export function learnedRhs(
  trained: Pick<Trained, "spec" | "weights"> & Partial<Pick<Trained, "scaling" | "precision">>,
  options: LearnedRhsOptions,
): Rhs {
  const where = "learnedRhs";
  checkOptions(where, options, ["size", "ends", "derivatives"]);
  const { spec, scaling } = trained;
  if (!isFieldNet(spec) && !isGridNet(spec))
    throw new RangeError(`${where}: the net must give du/dt of a field, got a net of kind ${spec.kind}`);
  const extents = extentsOf(where, "size", options.size);
  const periodic = oneOf(where, "ends", options.ends, ["dirichlet", "periodic"]) === "periodic";
  const parameters = parametersFrom(where, spec, trained.weights());

  if (isGridNet(spec)) {
    const net = gridLaw(where, spec, parameters, extents, periodic, options, trained);
    return (_t, u, out) => {
      checkSize(u, net.inputs);
      net.evaluate(u, out);
    };
  }
  if (!("features" in spec)) {
    if (options.derivatives !== undefined) {
      throw new RangeError(`${where}: derivatives must be left out for a ${spec.kind}; it reads the field alone`);
    }
    const layout = rowLayout(where, spec, extents, periodic);
    const field = fieldEvaluator(spec, stackEvaluator(spec, parameters, layout.rows), layout, scaling);
    return (_t, u, out) => {
      checkSize(u, layout.points);
      field(u, out);
    };
  }

  const { outputs, inputs } = stackShape(spec);
  if (spec.kind === "functionalNet" && outputs !== 1) {
    throw new RangeError(`${where}: the net must have one output, got ${outputs}`);
  }
  const operators = operatorsOf(where, spec.features, options.derivatives ?? {});
  const layout = rowLayout(where, spec, extents, periodic, periodic ? 0 : 1);
  const { points, predicted } = layout;
  if (predicted.length === 0) {
    throw new RangeError(`${where}: size must be at least 3 with held ends, got ${extents.join(" x ")}`);
  }
  const field = fieldEvaluator(spec, stackEvaluator(spec, parameters, layout.rows), layout, scaling);
  const features = new Float64Array(predicted.length * inputs);
  const derivative = new Float64Array(points);
  return (_t, u, out) => {
    checkSize(u, points);
    for (let f = 0; f < inputs; f++) {
      const operator = operators[f];
      if (operator !== undefined) operator.apply(u, derivative);
      const values = operator === undefined ? u : derivative;
      for (let i = 0; i < predicted.length; i++) features[i * inputs + f] = values[predicted[i]!]!;
    }
    field(features, out);
  };
}

/** A net of a whole field as a law on a grid. */
function gridLaw(
  where: string,
  spec: GridNet,
  parameters: Float64Array,
  extents: readonly number[],
  periodic: boolean,
  { derivatives }: LearnedRhsOptions,
  { scaling, precision = "float64" }: Partial<Pick<Trained, "scaling" | "precision">>,
): GridEvaluator {
  if (derivatives !== undefined) {
    throw new RangeError(`${where}: derivatives must be left out for a ${spec.kind}; it reads the field alone`);
  }
  if (spec.kind === "fieldCnn" && !periodic) {
    throw new RangeError(`${where}: ends must be periodic for a fieldCnn, which moves every point`);
  }
  const net = gridEvaluator(where, spec, parameters, extents, periodic, scaling, { engine: "wasm", precision });
  if (net.inputs !== net.outputs) {
    throw new RangeError(
      `${where}: the net must give as many channels as it reads; it gives something else than du/dt`,
    );
  }
  return net;
}

/** The operator of each feature in order; undefined for `u`. */
function operatorsOf(
  where: string,
  features: readonly string[],
  derivatives: Readonly<Record<string, DerivativeOperator>>,
): (DerivativeOperator | undefined)[] {
  checkOptions(
    where,
    derivatives,
    features.filter((name) => name !== "u"),
    "derivatives",
  );
  return features.map((name) => {
    if (name === "u") return undefined;
    const operator: DerivativeOperator | undefined = Object.hasOwn(derivatives, name) ? derivatives[name] : undefined;
    if (operator === undefined || operator === null) {
      throw new TypeError(
        `${where}: derivatives.${name} must be an operator with apply(u, out), got ${show(operator)}`,
      );
    }
    callable(where, `derivatives.${name}.apply`, operator.apply);
    return operator;
  });
}

function checkSize(u: Vec, size: number): void {
  if (u.length !== size) throw new RangeError(`learnedRhs: u must have length ${size}, got ${u.length}`);
}
