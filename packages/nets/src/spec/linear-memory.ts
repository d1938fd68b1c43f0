import { checkOptions, integer, oneOf } from "@hml/guard";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { checkCount, checkOutputs, checkSequence, SEQUENCE_KEYS, type SequenceSpec } from "./sequence-spec.ts";
import { chainShape, type LayerShape } from "./stack-shape.ts";
import { checkLayers, type DenseLayer, type Init } from "./stack-spec.ts";

/** A stable linear operator with an exponential memory; see `linearMemory`. */
export interface LinearMemory extends SequenceSpec {
  /** Tells the nets apart. */
  readonly kind: "linearMemory";
  /** Numbers in the memory. */
  readonly memories: number;
  /** Dense layers of the closure N, from channels, memories and forcing to the channels. */
  readonly layers: readonly DenseLayer[];
  /** How weights start. */
  readonly init: Init;
}

/**
 * Specification of a linear latent operator closed by a memory, in continuous time (unit: one step)
 *
 *     z' = A z + N(z, h, forcing)
 *     h' = -|lambda| (h - B z)
 *
 * with A = W - W^T - diag|d|, whose eigenvalues have real parts of at most 0 whatever is learned, N a small dense net, and
 * B a linear lifting. One step is taken as
 *
 *     z_{t+1} = C z_t + N(z_t, h_t, forcing_t),      C = (I - A/2)^-1 (I + A/2)
 *     h_{t+1} = e^-|lambda| h_t + (1 - e^-|lambda|) B z_t
 *
 * the Cayley transform of A, so |C z| <= |z| always and |C z| = |z| without damping d, and the exact solution of the memory
 * for the z at the step's beginning. The linear part cannot blow up; what N does is not bounded.
 *
 * What is left out: no forcing, N of one tanh layer of 32 units and a linear one, Glorot weights. Good sizes: 2 memories a
 * channel to 8. Rates |lambda| start uniform in (0, 1], frequencies (twice the entries of W) and dampings near zero.
 *
 * Source: after the interpretable LED of E. Menier, S. Kaltenbach, M. Yagoubi, M. Schoenauer, P. Koumoutsakos,
 * arXiv:2309.05812 (2023), whose memory equation has B z where this has |lambda| B z; here h is of the size of B z.
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function linearMemory(
  options: Pick<LinearMemory, "channels" | "memories"> & Partial<Omit<LinearMemory, "kind">>,
): LinearMemory {
  const where = "linearMemory";
  checkOptions(where, options, [...SEQUENCE_KEYS, "memories", "layers", "init"]);
  const sizes = checkSequence(where, options);
  integer(where, "channels", sizes.channels, 1, MOST_CHANNELS);
  const memories = integer(where, "memories", options.memories, 1, 65_536);
  const {
    layers = [
      { units: 32, activation: "tanh" },
      { units: sizes.channels, activation: "linear" },
    ],
  } = options;
  const spec: LinearMemory = {
    kind: where,
    ...sizes,
    memories,
    layers: checkLayers(where, "layers", layers),
    init: oneOf(where, "init", options.init ?? "glorot", ["glorot", "he"]),
  };
  checkOutputs(where, "layers", spec.layers, sizes.channels);
  checkCount(where, linearMemoryShape(spec).layout.numbers);
  return Object.freeze(spec);
}

/** The operator is inverted at each step of a training. */
const MOST_CHANNELS = 1024;

/** Where the numbers of a linear operator with memory lie. */
export interface LinearMemoryShape {
  readonly inputs: number;
  /** Entries of W below its diagonal, row by row; undefined for one channel. */
  readonly skewAt: number | undefined;
  /** d, [channels]. */
  readonly dampingAt: number;
  /** lambda, [memories]. */
  readonly rateAt: number;
  /** B, [memories, channels]. */
  readonly liftAt: number;
  readonly closure: readonly LayerShape[];
  readonly layout: ParameterLayout;
}

/** Lays out a linear operator with memory. */
export function linearMemoryShape({ channels, forcing, memories, layers, init }: LinearMemory): LinearMemoryShape {
  const build = layoutBuilder();
  const below = (channels * (channels - 1)) / 2;
  return {
    inputs: channels + forcing,
    skewAt: below === 0 ? undefined : build.tensor("operator.skew", [below], 0.1),
    dampingAt: build.tensor("operator.damping", [channels], 0.05),
    rateAt: build.tensor("memory.rate", [memories], 0.5, 0.5),
    liftAt: build.tensor("memory.lift", [memories, channels], Math.sqrt(6 / (channels + memories))),
    closure: chainShape(build, "closure.", channels + memories + forcing, layers, init),
    layout: build.layout(),
  };
}
