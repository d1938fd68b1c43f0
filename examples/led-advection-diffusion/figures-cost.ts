import { type Figure, figure } from "../lib/figure.ts";
import type { Costs } from "./costs.ts";
import { barPanel, PALETTE } from "./figures-3d.ts";
import type { Judged } from "./study.ts";

/** A case with what was measured of it. */
export interface Priced {
  readonly name: string;
  readonly costs: Costs;
}

/** What a latent step is faster than, for each case. */
export function costFigure(priced: readonly Priced[]): Figure {
  return figure({
    title: "A coarse step by everything that can make one",
    caption:
      "Medians of runs by turns in one process. The exact density of these particles is cheap because the axes are independent and the particles do not meet; " +
      "where it applies, nobody needs the particles.",
    panels: priced.map(({ name, costs }) =>
      barPanel(
        name,
        "microseconds",
        [
          ...(costs.numpy === undefined ? [] : [{ name: "NumPy", value: 1e6 * costs.numpy, color: "#8d96a3" }]),
          { name: "loops", value: 1e6 * costs.naive, color: "#8d96a3" },
          { name: "particles", value: 1e6 * costs.micro, color: PALETTE[1]! },
          { name: "density", value: 1e6 * costs.density, color: PALETTE[2]! },
          { name: "50 cells", value: 1e6 * costs.coarseDensity, color: PALETTE[2]! },
          { name: "encode", value: 1e6 * costs.encode, color: PALETTE[5]! },
          { name: "decode", value: 1e6 * costs.decode, color: PALETTE[5]! },
          { name: "latent", value: 1e6 * costs.latent, color: PALETTE[0]! },
        ],
        "log",
      ),
    ),
    panelWidth: 560,
    panelHeight: 300,
  });
}

/** Error and speed-up of Latent against the Peclet number. */
export function pecletFigure(
  rows: readonly { readonly name: string; readonly judged: Judged; readonly costs: Costs }[],
): Figure {
  const color = (k: number): string => PALETTE[k]!;
  return figure({
    title: "The Peclet number: errors and speed-up of the latent forecast",
    caption:
      "From left to right diffusion grows, and with it the number of micro steps in a coarse one. Errors as in the figures of the variants.",
    panels: [
      barPanel(
        "Wasserstein distance, M1",
        "distance",
        rows.map(({ name, judged }, k) => ({ name, value: judged.m1, color: color(k) })),
      ),
      barPanel(
        "Wasserstein distance, M2",
        "distance",
        rows.map(({ name, judged }, k) => ({ name, value: judged.m2, color: color(k) })),
      ),
      barPanel(
        "our particles / latent step",
        "speed-up",
        rows.map(({ name, costs }, k) => ({ name, value: costs.micro / costs.latent, color: color(k) })),
        "log",
      ),
    ],
    panelWidth: 340,
    panelHeight: 280,
  });
}
