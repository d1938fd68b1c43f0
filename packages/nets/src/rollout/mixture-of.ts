import { callable, float64 } from "@hml/guard";
import { normal, type RandomSource } from "@hml/integrators";
import { parametersFrom } from "../files/weights.ts";
import { decoderNetwork } from "../network/coder-network.ts";
import { mappedRows } from "../network/map-rows.ts";
import { mixtureLaw } from "../network/mixture-law.ts";
import { mixtureMoments } from "../network/mixture-moments.ts";
import { supportMap } from "../network/mixture-support.ts";
import { type MixtureDensity, rawSize } from "../spec/mixture-density.ts";
import type { SetAutoencoder } from "../spec/set-autoencoder.ts";
import { scaleValues } from "../training/scaling.ts";
import type { Trained } from "./trained.ts";

/**
 * The law of a value given a condition: the inputs of a mixture density net, or the code of a particle autoencoder. Several
 * conditions may be given one behind the other. It owns work arrays, so it is not re-entrant: one per worker.
 */
export interface ConditionalMixture {
  /** Numbers in a condition. */
  readonly conditionSize: number;
  /** Coordinates of a value. */
  readonly size: number;
  /** Normal laws that are mixed. */
  readonly components: number;
  /** log p(x) of values [condition, value, coordinate], as many for each condition, into `out`, [condition, value]. */
  logDensity(conditions: Float64Array, x: Float64Array, out: Float64Array): void;
  /** Fills `out`, [condition, value, coordinate], as many for each condition, with independent values. */
  sample(conditions: Float64Array, random: RandomSource, out: Float64Array): void;
  /**
   * Means into `mean`, [condition, coordinate], and covariances into `covariance`, [condition, coordinate, coordinate].
   * Exact without bounds; with a support by the trapezoidal rule over the normal laws, to 1e-6 of the width while their
   * standard deviations of v are below 3.
   */
  moments(conditions: Float64Array, mean: Float64Array, covariance?: Float64Array): void;
}

/**
 * The law that a trained mixture density net, or the decoder of a particle autoencoder, gives; in the units of the data.
 * `logDensity` and `moments` make no arrays.
 *
 * @throws TypeError for another net.
 */
export function mixtureOf(
  trained: Pick<Trained<MixtureDensity | SetAutoencoder>, "spec" | "weights" | "precision" | "scaling">,
): ConditionalMixture {
  const where = "mixtureOf";
  const { spec, precision, scaling } = trained;
  checkKind(where, spec.kind);
  const parameters = parametersFrom(where, spec, trained.weights());
  const rows = 1;
  const options = { rows, engine: "wasm", precision, trainable: false, parameters } as const;
  const net =
    spec.kind === "mixtureDensity"
      ? mappedRows(where, spec, [1], rows).network(options)
      : decoderNetwork(spec, options);
  net.update();
  const conditionSize = spec.kind === "mixtureDensity" ? spec.inputs : spec.latentSize;
  const { size, components } = spec;
  const before = spec.kind === "mixtureDensity" ? scaling?.inputs : undefined;
  const after = scaling?.targets;
  const units = Float64Array.from({ length: size }, (_, i) => after?.scale[i % after.scale.length] ?? 1);
  const zeros = Float64Array.from({ length: size }, (_, i) => after?.offset[i % after.offset.length] ?? 0);
  const logUnits = units.reduce((sum, unit) => sum + Math.log(unit), 0);
  const support = supportMap(spec.support);
  const law = mixtureLaw(spec);
  const moments = mixtureMoments(spec, law);
  const raw = new Float64Array(rawSize(spec));
  const value = new Float64Array(size);
  const noise = new Float64Array(size);

  /** Takes up the law of one condition. */
  const read = (conditions: Float64Array, c: number): void => {
    const at = c * conditionSize;
    if (before !== undefined) scaleValues(before, conditions, at, conditionSize, net.input, 0);
    else for (let i = 0; i < conditionSize; i++) net.input[i] = conditions[at + i]!;
    net.forward(1);
    for (let i = 0; i < raw.length; i++) raw[i] = net.output[i]!;
    law.read(raw, 0);
  };
  const count = (at: string, conditions: Float64Array): number => {
    const { length } = float64(at, "conditions", conditions);
    if (length % conditionSize === 0) return length / conditionSize;
    throw new RangeError(
      `${at}: conditions must hold whole conditions of ${conditionSize} numbers, got length ${length}`,
    );
  };
  /** Values of each of so many conditions. */
  const share = (at: string, name: string, length: number, conditions: number, numbers: number): number => {
    const each = conditions === 0 ? 0 : length / (conditions * numbers);
    if (Number.isInteger(each) && each * conditions * numbers === length) return each;
    throw new RangeError(
      `${at}: ${name} must hold as many values of ${numbers} numbers for each of ${conditions} conditions, got length ${length}`,
    );
  };

  return Object.freeze({
    conditionSize,
    size,
    components,
    logDensity(conditions: Float64Array, x: Float64Array, out: Float64Array) {
      const many = count("logDensity", conditions);
      const each = share("logDensity", "x", float64("logDensity", "x", x).length, many, size);
      float64("logDensity", "out", out, many * each);
      for (let c = 0; c < many; c++) {
        read(conditions, c);
        for (let p = c * each; p < (c + 1) * each; p++) {
          for (let i = 0; i < size; i++) value[i] = (x[p * size + i]! - zeros[i]!) / units[i]!;
          out[p] = law.logDensity(value, 0) - logUnits;
        }
      }
    },
    sample(conditions: Float64Array, random: RandomSource, out: Float64Array) {
      callable("sample", "random", random);
      const many = count("sample", conditions);
      const each = share("sample", "out", float64("sample", "out", out).length, many, size);
      const gauss = normal(random);
      for (let c = 0; c < many; c++) {
        read(conditions, c);
        for (let p = c * each; p < (c + 1) * each; p++) {
          const k = chosen(law.weights, random());
          for (let i = 0; i < size; i++) noise[i] = gauss();
          for (let i = 0; i < size; i++) {
            let v = law.means[k * size + i]!;
            for (let j = 0; j <= i; j++) v += law.factors[(k * size + i) * size + j]! * noise[j]!;
            out[p * size + i] = zeros[i]! + units[i]! * support.value(v);
          }
        }
      }
    },
    moments(conditions: Float64Array, mean: Float64Array, covariance?: Float64Array) {
      const many = count("moments", conditions);
      float64("moments", "mean", mean, many * size);
      if (covariance !== undefined) float64("moments", "covariance", covariance, many * size * size);
      for (let c = 0; c < many; c++) {
        read(conditions, c);
        moments.take(covariance !== undefined);
        for (let i = 0; i < size; i++) {
          mean[c * size + i] = zeros[i]! + units[i]! * moments.mean[i]!;
          if (covariance === undefined) continue;
          for (let j = 0; j < size; j++) {
            covariance[(c * size + i) * size + j] = units[i]! * units[j]! * moments.covariance[i * size + j]!;
          }
        }
      }
    },
  });
}

function checkKind(where: string, kind: string): void {
  if (kind === "mixtureDensity" || kind === "setAutoencoder") return;
  throw new TypeError(`${where}: net must be a mixtureDensity or a setAutoencoder, got a ${kind}`);
}

/** The component that a uniform number falls into. */
function chosen(weights: Float64Array, uniform: number): number {
  let rest = uniform;
  for (let k = 0; k < weights.length - 1; k++) {
    rest -= weights[k]!;
    if (rest < 0) return k;
  }
  return weights.length - 1;
}
