import { random } from "@hml/integrators";
import {
  encoderOf,
  type LatentModel,
  latentModel,
  loadNet,
  mixtureOf,
  type SetAutoencoder,
  type Trained,
} from "@hml/nets";
import type { Case } from "./cases.ts";

/** The trained nets of a case, as files. */
export interface Nets {
  readonly coder: Uint8Array;
  readonly propagator: Uint8Array;
}

/** The learned law of clouds of so many particles, `[particle, axis]`; its decoder draws new particles from a seeded source. */
export function learnedLaw({ axes, sampling }: Case, nets: Nets, particles: number, seed: number): LatentModel {
  const coder = loadNet(nets.coder) as Trained<SetAutoencoder>;
  const encoder = encoderOf(coder);
  const mixture = mixtureOf(coder);
  const source = random(seed);
  const { latentSize } = encoder;
  return latentModel({
    propagator: loadNet(nets.propagator),
    encoder: { latentSize, encode: (cloud, out) => encoder.encode(cloud, out, particles) },
    decoder: { latentSize, size: particles * axes, decode: (z, out) => mixture.sample(z, source, out) },
    dt: sampling,
  });
}
