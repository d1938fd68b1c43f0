import type { RandomSource as IntegratorsRandomSource, TimeStepper } from "@hml/integrators";
import { expectTypeOf, it } from "vitest";
import type { Flow, RandomSource } from "./index.ts";

it("a TimeStepper of the integrators is a flow, and their random sources are ours", () => {
  expectTypeOf<TimeStepper>().toExtend<Flow>();
  expectTypeOf<RandomSource>().toEqualTypeOf<IntegratorsRandomSource>();
});
