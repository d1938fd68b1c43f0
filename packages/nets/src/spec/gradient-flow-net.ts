import { checkOptions, integer, oneOf, positive, show } from "@hml/guard";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import type { LayerShape } from "./stack-shape.ts";
import { checkCount, MAX_WIDTH } from "./stack-spec.ts";

/**
 * A learned gradient flow of a field on a periodic grid: with a learned M > 0 and a learned free energy F,
 *
 *   u_t = -M mu  ("non-conserved")  or  u_t = M lap mu  ("conserved"),  mu = dF/du = Q u + f'(u),
 *   F = int( u Q u / 2 + f(u) ),
 *
 * where Q has the symbol P(x) - min P + b, x = (k / wavenumber)^2, with a learned polynomial P and b > 0, and f' is a net of
 * one hidden layer, f'(u) = c + sum_j c_j tanh(w_j u / amplitude + b_j). So Q is positive, f has a closed form that grows
 * no faster than |u|, f'' has bounds, and F has a lower bound. Whatever is learned, dF/dt = -M int mu^2 or
 * -M int |grad mu|^2 is never positive, and the conserved form keeps int u.
 *
 * Slopes tell only M F, not how it is divided between M and F; a term b u^2 / 2 may be shared between Q and f.
 *
 * Source: Hohenberg and Halperin, Rev. Mod. Phys. 49 (1977) 435, models A and B.
 */
export interface GradientFlowNet {
  /** Tells the nets apart. */
  readonly kind: "gradientFlowNet";
  /** Whether int u stays. */
  readonly mobility: "conserved" | "non-conserved";
  /** Distance of the points, one number for all axes or one an axis. */
  readonly spacing: number | readonly number[];
  /** Degree of Q in k^2, 1 to 3: 1 for |grad u|^2, 2 for crystals. */
  readonly degree: number;
  /** Units of the hidden layer of f'. */
  readonly units: number;
  /** A typical large |u|, in which f' measures it. */
  readonly amplitude: number;
  /** A typical wavenumber of the fields, in which Q measures theirs. */
  readonly wavenumber: number;
}

const KEYS: readonly Exclude<keyof GradientFlowNet, "kind">[] = [
  "mobility",
  "spacing",
  "degree",
  "units",
  "amplitude",
  "wavenumber",
];
const MAX_DEGREE = 3;

/**
 * Specification of a gradient-flow net; what is left out: spacing 1, degree 2, 32 units, amplitude 1, wavenumber 1. Fields of
 * any size and of one to three dimensions are learned from, and predicted, by one net.
 *
 * Good starting values: `gradientFlowStart`, then loss `relative`, batches of 4 fields and a learning rate of 1e-6; from scratch
 * `cosine` from 0.02.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function gradientFlowNet(
  options: Pick<GradientFlowNet, "mobility"> & Partial<Omit<GradientFlowNet, "kind">>,
): GradientFlowNet {
  const where = "gradientFlowNet";
  checkOptions(where, options, KEYS);
  const { mobility, spacing = 1, degree = 2, units = 32, amplitude = 1, wavenumber = 1 } = options;
  const checked: GradientFlowNet = Object.freeze({
    kind: where,
    mobility: oneOf(where, "mobility", mobility, ["conserved", "non-conserved"]),
    spacing: typeof spacing === "number" ? positive(where, "spacing", spacing) : spacings(where, spacing),
    degree: integer(where, "degree", degree, 1, MAX_DEGREE),
    units: integer(where, "units", units, 1, MAX_WIDTH),
    amplitude: positive(where, "amplitude", amplitude),
    wavenumber: positive(where, "wavenumber", wavenumber),
  });
  checkCount(where, gradientFlowShape(checked).layout.parameters);
  return checked;
}

function spacings(where: string, spacing: unknown): readonly number[] {
  if (!Array.isArray(spacing)) {
    throw new TypeError(`${where}: spacing must be a number or an array of one to three, got ${show(spacing)}`);
  }
  integer(where, "spacing.length", spacing.length, 1, 3);
  return Object.freeze(spacing.map((h, axis) => positive(where, `spacing[${axis}]`, h)));
}

/** Where the numbers of a gradient-flow net lie. */
export interface GradientFlowShape {
  /** s of M = softplus(s). */
  readonly mobilityAt: number;
  /** q_1, ..., q_{p-1} of P, then s of q_p = softplus(s). */
  readonly symbolAt: number;
  /** p. */
  readonly degree: number;
  /** s of b = softplus(s). */
  readonly floorAt: number;
  /** The layers of f'. */
  readonly layers: readonly [hidden: LayerShape, output: LayerShape];
  readonly layout: ParameterLayout;
}

/** s with softplus(s) = 1: M begins at 1. */
const UNIT_SOFTPLUS = 0.5413248546129181;
/** s with softplus(s) = 0.1, where b begins. */
const TENTH_SOFTPLUS = -2.252168461213042;

/**
 * Lays out a checked net: `mobility` [1], `symbol` [degree], `floor` [1], `layers.0.weight` [units, 1], `layers.0.bias`
 * [units], `layers.1.weight` [1, units], `layers.1.bias` [1]. The hidden units begin with slopes and centres spread over the
 * range of u, unlike those of other nets, whose biases begin at 0.
 */
export function gradientFlowShape({ degree, units }: GradientFlowNet): GradientFlowShape {
  const build = layoutBuilder();
  const mobilityAt = build.tensor("mobility", [1], 0, UNIT_SOFTPLUS);
  const symbolAt = build.tensor("symbol", [degree], 0);
  const floorAt = build.tensor("floor", [1], 0, TENTH_SOFTPLUS);
  const hidden: LayerShape = {
    inputs: 1,
    units,
    activation: "tanh",
    residual: false,
    weightAt: build.tensor("layers.0.weight", [units, 1], 1, 2),
    biasAt: build.tensor("layers.0.bias", [units], 2),
  };
  const output: LayerShape = {
    inputs: units,
    units: 1,
    activation: "linear",
    residual: false,
    weightAt: build.tensor("layers.1.weight", [1, units], 1 / Math.sqrt(units)),
    biasAt: build.tensor("layers.1.bias", [1], 0),
  };
  return { mobilityAt, symbolAt, degree, floorAt, layers: [hidden, output], layout: build.layout() };
}
