import type { Rhs, SeededRandom } from "@hml/integrators";
import { expectTypeOf, test } from "vitest";
import {
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
} from "./index.ts";

test("a trained net is an Rhs of the integrators", () => {
  expectTypeOf(learnedRhs).returns.toEqualTypeOf<Rhs>();
  expectTypeOf(train<FunctionalNet>).returns.toEqualTypeOf<Promise<Trained<FunctionalNet>>>();
});

test("specifications are told apart by kind", () => {
  expectTypeOf<NetSpec["kind"]>().toEqualTypeOf<FieldNet["kind"] | GridNet["kind"] | RowNet["kind"] | SequenceNet["kind"]>();
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
