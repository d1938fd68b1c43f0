import type { Rhs, SeededRandom, TimeStepper } from "@hml/integrators";
import { expectTypeOf, test } from "vitest";
import {
  type Autoencoder,
  autoencoder,
  type AutoencoderData,
  type DataOf,
  type decoderOf,
  type encoderOf,
  type MixtureDensity,
  type mixtureOf,
  type SetAutoencoder,
  type TrainingData,
  type DerivativeOperator,
  discretisedNet,
  divergenceNet,
  fluxNet,
  type FunctionalNet,
  functionalNet,
  learnedRhs,
  type FieldNet,
  type GridNet,
  type NetSpec,
  type RowNet,
  type SequenceNet,
  type Trained,
  train,
  type TrainOptions,
  type CoarseModel,
  type Gru,
  gru,
  type LatentNet,
  type latentNet,
  type LatentParts,
  type latentParts,
  type Mlp,
  type SequenceData,
  type TrainedPropagator,
} from "./index.ts";

test("a trained net is an Rhs of the integrators", () => {
  expectTypeOf(learnedRhs).returns.toEqualTypeOf<Rhs>();
  expectTypeOf(train<FunctionalNet>).returns.toEqualTypeOf<Promise<Trained<FunctionalNet>>>();
});

test("specifications are told apart by kind", () => {
  expectTypeOf<NetSpec["kind"]>().toEqualTypeOf<
    FieldNet["kind"] | GridNet["kind"] | RowNet["kind"] | SequenceNet["kind"]
  >();
  expectTypeOf(discretisedNet()).toExtend<NetSpec>();
  // @ts-expect-error a flux net needs its spacing
  fluxNet({ stencil: 2 });
  // @ts-expect-error a divergence net needs its period
  divergenceNet({ derivative: 4 });
  // @ts-expect-error features are names
  functionalNet({ features: [1] });
});

test("seeded sources, abort signals and derivative operators fit as they are", () => {
  expectTypeOf<SeededRandom>().toExtend<TrainOptions["random"]>();
  expectTypeOf<AbortSignal>().toExtend<NonNullable<TrainOptions["signal"]>>();
  expectTypeOf<{ size: number; apply(u: Float64Array, out: Float64Array): void }>().toExtend<DerivativeOperator>();
  // @ts-expect-error a random source is required
  expectTypeOf<{ epochs: number }>().toExtend<TrainOptions>();
});

test("the data of a net depend on its kind", () => {
  expectTypeOf<DataOf<Autoencoder>>().toEqualTypeOf<AutoencoderData>();
  expectTypeOf<DataOf<FunctionalNet>>().toEqualTypeOf<TrainingData>();
  const options: TrainOptions = { epochs: 1, random: () => 0.5 };
  expectTypeOf(
    train(autoencoder({ inputs: 2, encoder: [], latentSize: 1 }), { inputs: [1, 2] }, options),
  ).toEqualTypeOf<Promise<Trained<Autoencoder>>>();
  // @ts-expect-error an autoencoder has no targets
  expectTypeOf<TrainingData>().toExtend<DataOf<Autoencoder>>();
  // @ts-expect-error a mixture density net needs targets
  expectTypeOf<{ inputs: number[] }>().toExtend<DataOf<MixtureDensity>>();
});

test("a latent net is trained on sequences and comes apart into a coder and a propagator", () => {
  expectTypeOf<DataOf<LatentNet>>().toEqualTypeOf<SequenceData>();
  expectTypeOf<Trained<LatentNet>>().toExtend<Parameters<typeof latentParts>[0]>();
  expectTypeOf<LatentParts["coder"]>().toExtend<Parameters<typeof encoderOf>[0]>();
  expectTypeOf<LatentParts["coder"]>().toExtend<Parameters<typeof decoderOf>[0]>();
  expectTypeOf<LatentParts["propagator"]>().toExtend<TrainedPropagator>();
  const propagator = gru({ channels: 1, units: 1 });
  // @ts-expect-error an autoencoder of particles has no states to give back
  expectTypeOf<{ coder: SetAutoencoder; propagator: typeof propagator }>().toExtend<Parameters<typeof latentNet>[0]>();
});

test("what a net is used for depends on its kind", () => {
  expectTypeOf<Trained<Autoencoder>>().toExtend<Parameters<typeof decoderOf>[0]>();
  expectTypeOf<Trained<SetAutoencoder>>().toExtend<Parameters<typeof encoderOf>[0]>();
  expectTypeOf<Trained<SetAutoencoder>>().toExtend<Parameters<typeof mixtureOf>[0]>();
  // @ts-expect-error the decoder of a particle autoencoder is a mixture
  expectTypeOf<Trained<SetAutoencoder>>().toExtend<Parameters<typeof decoderOf>[0]>();
  // @ts-expect-error an autoencoder gives numbers, no law
  expectTypeOf<Trained<Autoencoder>>().toExtend<Parameters<typeof mixtureOf>[0]>();
});

test("a net is trained on the data of its family", () => {
  expectTypeOf<DataOf<Gru>>().toEqualTypeOf<SequenceData>();
  expectTypeOf<DataOf<Mlp>>().toEqualTypeOf<TrainingData>();
  expectTypeOf<Trained<Gru>>().toExtend<TrainedPropagator>();
  expectTypeOf<CoarseModel>().toExtend<TimeStepper>();
  // @ts-expect-error a propagator is trained on sequences
  void train(gru({ channels: 1, units: 1 }), { inputs: [1], targets: [1] }, { epochs: 1, random: () => 0 });
});
