import { type Figure, figure, type Series } from "../lib/figure.ts";
import { codeSeries, exactSeries, fitted, seriesOf } from "./analysis.ts";
import { PALETTE } from "./figures-3d.ts";
import type { Judged } from "./study.ts";

/** The latent number and the exact mean over the first period after the warm-up, and M1 over the last period. */
export function latentFigure(latent: Judged, repaired: Judged, warmUp: number, period: number): Figure {
  const run = latent.runs[0]![0]!;
  const { start, interval } = run;
  const exact = exactSeries(latent.laws[0]!, 1, 0);
  const window = Math.round(period / interval);
  const first = Math.round(warmUp / interval);
  const end = exact.length;
  const times = (from: number, count: number): Float64Array =>
    Float64Array.from({ length: count }, (_, n) => start + (from + n) * interval);
  const late = Math.max(first, end - Math.round(1.5 * window));
  const mean = (from: number, count: number): Series => ({
    name: "exact mean",
    x: times(from, count),
    y: exact.slice(from, from + count),
    color: "#1f2430",
    width: 2.6,
  });
  const z = codeSeries(run, 0, 1).subarray(first, first + window);
  return figure({
    title: "One dimension: the latent number, and the phase at the end of the forecast",
    caption:
      "Left: the code of the latent forecast, scaled to the exact mean by least squares, in the first period after the warm-up. Right: M1 at the end. " +
      "Latent has lost the phase of the wind, which no net is told; bursts of the true solver find it again.",
    panels: [
      {
        kind: "lines",
        title: "first period after the warm-up",
        x: { label: "t" },
        y: { label: "mean", domain: [-0.5, 0.5] },
        series: [
          mean(first, window),
          {
            name: "a + b z of Latent",
            x: times(first, window),
            y: fitted(z, exact.subarray(first, first + window)),
            style: "dashed",
            color: "#c2185b",
          },
        ],
      },
      {
        kind: "lines",
        title: "last one and a half periods",
        x: { label: "t" },
        y: { label: "mean", domain: [-0.5, 0.5] },
        series: [
          mean(late, end - late),
          ...[latent, repaired].map(
            (judged, k): Series => ({
              name: judged.variant.name,
              x: times(late, end - late),
              y: seriesOf(judged.runs[0]![0]!, 1, 0, 1).slice(late),
              color: PALETTE[k]!,
            }),
          ),
        ],
      },
    ],
    panelWidth: 520,
    panelHeight: 320,
  });
}
