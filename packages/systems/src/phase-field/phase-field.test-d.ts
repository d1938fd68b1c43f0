import type { SemilinearProblem, TimeStepper } from "@hml/integrators";
import { expectTypeOf, it } from "vitest";
import { allenCahn } from "./allen-cahn.ts";
import { fieldEquation } from "./field-equation.ts";
import { type FieldFlow, type PhaseField, phaseField } from "./phase-field.ts";

const grid = { points: [8, 6], spacing: 1, dt: 0.1 } as const;

it("gives an energy to gradient flows alone", () => {
  expectTypeOf(phaseField(allenCahn(), grid)).toEqualTypeOf<PhaseField>();
  const plain = phaseField(fieldEquation({ linear: (kx) => -kx * kx, terms: [] }), grid);
  expectTypeOf(plain).toEqualTypeOf<FieldFlow>();
  // @ts-expect-error: no energy without a free energy
  expectTypeOf(plain.energy).toBeNever();
});

it("is a time stepper with a semilinear problem", () => {
  expectTypeOf<PhaseField>().toExtend<TimeStepper>();
  expectTypeOf<FieldFlow["spectral"]>().toExtend<SemilinearProblem>();
  // @ts-expect-error: a mobility is one of two words
  phaseField({ energy: { gradient: () => 1 }, mobility: "frozen" }, grid);
});
