import { existsSync, readFileSync } from "node:fs";
import type { LiftingOrder } from "@hml/patch";
import { readNpz } from "@hml/pde-features";
import { describe, expect, it } from "vitest";
import { exactSolution } from "./exact.ts";
import { LIFTING_ORDERS, schemeFloors } from "./floor.ts";
import { initialConditions, initialField } from "./initial-conditions.ts";
import trajectory from "./trajectory-job.ts";

const A_STAR = Math.sqrt(0.21);
const shared = (file: string): URL => new URL(`../../../shared/${file}`, import.meta.url);
const data = shared("data/hdiff_1d_regen.npz");
const floors = shared("refs/homog/floor1d_by_grid_order.json");
const initials = initialConditions(42, 10);

describe("initial conditions", () => {
  it("start as NumPy's legacy stream of seed 42 does: 0.3745401188473625 - 0.5", () => {
    expect(initials[0]!.amplitudes[0]).toBe(0.3745401188473625 - 0.5);
    expect(initials.every(({ shift }) => shift > 0)).toBe(true);
  });

  it.skipIf(!existsSync(data))(
    "are those of the regenerated data, drawn in the same order (skipped without it)",
    () => {
      const arrays = readNpz(new Uint8Array(readFileSync(data)));
      const u = arrays.get("U")!.data as Float64Array;
      initials.forEach((initial, k) => {
        for (let i = 0; i < 11; i++) {
          // Twenty sines of size 0.5 and a shift of 3: rounding 1e-15 each.
          expect(Math.abs(initialField(initial, i / 10) - u[k * 500 * 11 + i]!)).toBeLessThan(2e-14);
        }
      });
    },
  );
});

describe("exact solution", () => {
  const { value, rate } = exactSolution(initials[9]!, A_STAR);

  it("holds its ends, starts from the initial field and satisfies u_t = a* u_xx", () => {
    const h = 1e-3;
    for (const x of [0.1, 0.35, 0.8]) {
      expect(Math.abs(value(x, 1e-9) - initialField(initials[9]!, x))).toBeLessThan(1e-5);
      // Differences of second order at h = 1e-3 on a field of wavenumber up to 20 at t = 0.01.
      const curvature = (value(x + h, 0.01) - 2 * value(x, 0.01) + value(x - h, 0.01)) / (h * h);
      expect(Math.abs(rate(x, 0.01) / (A_STAR * curvature) - 1)).toBeLessThan(1e-3);
      const slope = (value(x, 0.01 + 1e-6) - value(x, 0.01 - 1e-6)) / 2e-6;
      expect(Math.abs(rate(x, 0.01) / slope - 1)).toBeLessThan(1e-5);
    }
    for (const end of [0, 1]) expect(Math.abs(value(end, 0.1) - initialField(initials[9]!, end))).toBeLessThan(1e-12);
  });

  it.skipIf(!existsSync(data))("equals the 3200-point sine series of the regenerated data (skipped without it)", () => {
    const exact = readNpz(new Uint8Array(readFileSync(data))).get("U_exact")!.data as Float64Array;
    for (const frame of [1, 50, 499]) {
      for (let i = 0; i < 11; i++) {
        expect(Math.abs(value(i / 10, frame * 1e-3) - exact[(9 * 500 + frame) * 11 + i]!)).toBeLessThan(1e-11);
      }
    }
  });
});

describe("patch dynamics of the study", () => {
  it.skipIf(!existsSync(data))(
    "makes the regenerated trajectory, to that file's own rounding (skipped without it)",
    () => {
      const arrays = readNpz(new Uint8Array(readFileSync(data)));
      const made = trajectory({ initial: initials[9]!, order: 2, spacing: 1e-7, frames: 12 });
      const u = arrays.get("U")!.data as Float64Array;
      const rates = arrays.get("Ut")!.data as Float64Array;
      for (let k = 0; k < 12 * 11; k++) {
        // The file's a_eff carries 1.6e-8 of rounding, and slopes reach 60 here.
        expect(Math.abs(made.rate[k]! - rates[9 * 500 * 11 + k]!)).toBeLessThan(2e-6);
        expect(Math.abs(made.u[k]! - u[9 * 500 * 11 + k]!)).toBeLessThan(2e-8);
      }
    },
  );
});

describe("error floors", () => {
  it.skipIf(!existsSync(floors))(
    "are those of the independent table at ten teeth, within 1 % (skipped without it)",
    () => {
      const table = JSON.parse(readFileSync(floors, "utf8")) as Record<string, { traj9: number }>;
      const names: Record<LiftingOrder, string> = {
        2: "N10 FD2",
        4: "N10 FD4(odd-ext)",
        6: "N10 FD6(odd-ext)",
        spectral: "N10 sine-spectral",
      };
      const got = schemeFloors(initials[9]!, A_STAR, [10]);
      for (const order of LIFTING_ORDERS) {
        const error = got.find((floor) => floor.order === order)!.error;
        expect(Math.abs(error / table[names[order]]!.traj9 - 1)).toBeLessThan(0.01);
      }
    },
  );
});
