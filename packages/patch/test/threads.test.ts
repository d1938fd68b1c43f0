import { euler, solve } from "@hml/integrators";
import { threadPool } from "@hml/integrators/threads";
import { describe, expect, it } from "vitest";
import { type BurstModel, patchDynamics } from "../src/index.ts";

const module = new URL("../../integrators/test/threads/burst.mjs", import.meta.url);

/** Two macro steps of patch dynamics with `patches` patches of 41 points: every macroscale value of every frame. */
function run(micro: BurstModel, patches: number): Float64Array {
  const dynamics = patchDynamics({
    extent: [0, 1],
    teeth: patches + 1,
    toothWidth: 4e-3,
    bufferWidth: 4e-2,
    spacing: 1e-3,
    heal: 1e-6,
    burst: 1e-5,
    micro,
    shiftInvariant: false,
  });
  expect(dynamics.patches).toHaveLength(patches);
  const u0 = dynamics.nodes.map((x) => Math.sin(Math.PI * x) + 0.3 * x);
  return solve(euler(dynamics.rhs, dynamics.size), u0, [0, 2e-3], { dt: 1e-3 }).u;
}

describe("patch dynamics on threads", () => {
  it("gives the bits of one thread for one to nine patches on one, two and three threads", async () => {
    const { default: burst } = (await import(module.href)) as { default: BurstModel };
    const alone = Array.from({ length: 9 }, (_, p) => run(burst, p + 1));
    for (const workers of [1, 2, 3]) {
      const pool = await threadPool({ module, workers });
      for (let patches = 1; patches <= 9; patches++) {
        const shared = run((members) => pool.flow(members, members[0]!.points), patches);
        // The run must have moved, or equal bits say nothing.
        expect(shared.at(patches + 3)).not.toBe(shared[1]);
        expect(new Uint8Array(shared.buffer)).toEqual(new Uint8Array(alone[patches - 1]!.buffer));
      }
      await pool.close();
    }
  });
});
