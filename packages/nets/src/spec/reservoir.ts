import { checkOptions, finite, integer, positive } from "@hml/guard";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { checkCount, checkSequence, SEQUENCE_KEYS, type SequenceSpec } from "./sequence-spec.ts";
import type { LayerShape } from "./stack-shape.ts";
import { flag } from "./stack-spec.ts";

/** An echo state network; see `reservoir`. */
export interface Reservoir extends SequenceSpec {
  /** Tells the nets apart. */
  readonly kind: "reservoir";
  /** Numbers in the state of the reservoir. */
  readonly units: number;
  /** Connections that each unit has from others. */
  readonly degree: number;
  /** Spectral radius of the recurrent matrix. */
  readonly radius: number;
  /** Half the width of the interval in which input weights are drawn. */
  readonly inputScale: number;
  /** What the matrices are drawn from. */
  readonly seed: number;
  /** Whether the read-out is added to the channels that were read, so that the net predicts increments. */
  readonly residual: boolean;
}

/**
 * Specification of an echo state network: a random recurrent net of which only the read-out is trained, in closed form,
 *
 *     h_{t+1} = tanh(S h_t + V x_t)
 *     z_{t+1} = W q(h_{t+1}) + b,  or z_t + W q(h_{t+1}) + b with `residual`
 *
 * x = (z, forcing), q squares every second entry. S has `degree` entries a row, uniform in [0, 1) and rescaled to the
 * spectral radius; each unit reads one entry of x, in equal blocks, with a weight uniform in +-`inputScale`. Both are
 * drawn from `seed`, so that a file holds W and b alone. `train` finds W and b in one epoch by ridge regression
 * (`sequence.ridge`), whatever optimiser it is told.
 *
 * What is left out: no forcing, degree 10, radius 0.9, inputScale 1, seed 1, no `residual`. Good sizes: 100 units for a
 * limit cycle, 1000 for chaos; an input scale that brings V x to order 1.
 *
 * Sources: H. Jaeger, GMD report 148 (2001); J. Pathak, B. Hunt, M. Girvan, Z. Lu, E. Ott, Phys. Rev. Lett. 120 (2018)
 * 024102, for blocks and squares; P. R. Vlachas et al., Neural Networks 126 (2020) 191.
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function reservoir(
  options: Pick<Reservoir, "channels" | "units"> & Partial<Omit<Reservoir, "kind">>,
): Reservoir {
  const where = "reservoir";
  checkOptions(where, options, [...SEQUENCE_KEYS, "units", "degree", "radius", "inputScale", "seed", "residual"]);
  const { radius = 0.9, inputScale = 1, seed = 1, residual = false } = options;
  const sizes = checkSequence(where, options);
  const units = integer(where, "units", options.units, sizes.channels + sizes.forcing, MOST_UNITS);
  const spec: Reservoir = {
    kind: where,
    ...sizes,
    units,
    degree: integer(where, "degree", options.degree ?? Math.min(10, units), 1, units),
    radius: positive(where, "radius", radius),
    inputScale: finite(where, "inputScale", inputScale),
    seed: integer(where, "seed", seed, 0),
    residual: flag(where, "residual", residual),
  };
  checkCount(where, reservoirShape(spec).layout.numbers);
  return Object.freeze(spec);
}

/** The normal equations of so many units take 0.5 GiB. */
const MOST_UNITS = 8192;

/** Where the trained numbers of a reservoir lie. */
export interface ReservoirShape {
  readonly inputs: number;
  readonly readout: LayerShape;
  readonly layout: ParameterLayout;
}

/** Lays out the read-out of a reservoir. */
export function reservoirShape({ channels, forcing, units }: Reservoir): ReservoirShape {
  const build = layoutBuilder();
  const weightAt = build.tensor("readout.weight", [channels, units], 0);
  const biasAt = build.tensor("readout.bias", [channels], 0);
  const readout: LayerShape = {
    inputs: units,
    units: channels,
    activation: "linear",
    residual: false,
    weightAt,
    biasAt,
  };
  return { inputs: channels + forcing, readout, layout: build.layout() };
}
