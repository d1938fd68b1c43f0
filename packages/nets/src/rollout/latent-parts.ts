import { show } from "@hml/guard";
import { parametersFrom } from "../files/weights.ts";
import { type CodePropagator, coderNumbers, type LatentCoder } from "../spec/latent-net.ts";
import { type Trained, trainedNet } from "./trained.ts";

/** The two nets that a latent net is made of. */
export interface LatentParts {
  /** From states to codes and back, with the scaling of the states; for `encoderOf` and `decoderOf`. */
  readonly coder: Trained<LatentCoder>;
  /** From codes to codes, unscaled; for `latentModel`. */
  readonly propagator: Trained<CodePropagator>;
}

/**
 * The autoencoder and the propagator of a trained latent net, each a trained net like any other, with its weights copied and the
 * history of their training:
 *
 * ```ts
 * const { coder, propagator } = latentParts(trained);
 * const model = latentModel({ propagator, encoder: encoderOf(coder), decoder: decoderOf(coder), dt });
 * ```
 *
 * @throws TypeError for a net that is no latent net.
 */
export function latentParts(
  trained: Pick<Trained, "spec" | "precision" | "scaling" | "history" | "weights">,
): LatentParts {
  const where = "latentParts";
  const { spec, precision, scaling, history } = trained;
  if (spec.kind !== "latentNet") throw new TypeError(`${where}: net must be a latentNet, got a ${show(spec.kind)}`);
  const parameters = parametersFrom(where, spec, trained.weights());
  const split = coderNumbers(spec);
  return Object.freeze({
    coder: trainedNet(spec.coder, parameters.subarray(0, split), history, precision, scaling),
    propagator: trainedNet(spec.propagator, parameters.subarray(split), history, precision),
  });
}
