import type { Stage } from "@hml/integrators";
import * as Plot from "@observablehq/plot";
import { type Figure, figure, type LinePanel, type PlotPanel, type Series } from "../lib/figure.ts";
import { LARGEST_ERROR } from "./adaptive-job.ts";
import type { Results } from "./compute.ts";

/** From the top: the law alone, both, the micro solver. */
const LEVELS: readonly Stage[] = ["macro", "comparison", "warm-up", "relaxation", "micro"];

/** One adaptive run beside the fixed schedule: what it does, what it measures, how far both are from the truth. */
export function adaptiveFigure({ adaptive, fixed }: Results): Figure {
  // The run whose error is the median.
  const order = adaptive.map((_, k) => k).toSorted((a, b) => adaptive[a]!.mnad[0] - adaptive[b]!.mnad[0]);
  const k = order[Math.floor(order.length / 2)]!;
  const [run, other] = [adaptive[k]!, fixed[k]!];
  const x = { label: "t", domain: [0, run.t.at(-1)!] } as const;
  const rows = run.stages.map(({ stage, from, to }) => ({ stage, from, to }));
  const stages: PlotPanel = {
    kind: "plot",
    title: "what it does",
    options: {
      marginLeft: 88,
      marginRight: 16,
      marginBottom: 40,
      x: { domain: x.domain, label: "t", labelAnchor: "center", labelArrow: "none" },
      y: { domain: LEVELS, label: null, padding: 0.15 },
      marks: [
        Plot.frame({ stroke: "#9ca3af" }),
        Plot.barX(rows, { x1: "from", x2: "to", y: "stage", fill: "#0072b2" }),
        Plot.ruleX([run.change], { stroke: "#d55e00", strokeWidth: 1.6 }),
        Plot.ruleX(run.retrained, { stroke: "#4b5563", strokeDasharray: "3,3" }),
      ],
    },
  };
  const tested = run.stages.filter(({ stage }) => stage === "comparison");
  const comparisons: LinePanel = {
    kind: "lines",
    title: "measured error of the law at the end of each comparison",
    x,
    y: { label: "standard deviations", type: "log" },
    series: (["accepted", "rejected"] as const).map((outcome): Series => {
      const those = tested.filter((record) => record.outcome === outcome);
      return {
        name: outcome,
        x: those.map(({ to }) => to),
        y: those.map(({ error }) => error),
        style: "points",
        color: outcome === "accepted" ? "#009e73" : "#cc79a7",
      };
    }),
    rules: [{ y: LARGEST_ERROR, label: "bound" }],
  };
  const errors: LinePanel = {
    kind: "lines",
    title: "error against the micro solver alone",
    x,
    y: { label: "NAD", type: "log", domain: [1e-5, 1] },
    series: [
      { name: "adaptive", x: run.t, y: run.nad },
      { name: "fixed, ρ = 1", x: other.t, y: other.nad },
    ],
    rules: [{ x: run.change, label: "ε changes" }, ...run.retrained.map((t) => ({ x: t, label: "new law" }))],
  };
  return figure({
    title: "A parameter changes in mid-run: the adaptive schedule notices and learns a new law",
    caption:
      "The law does not know ε. The next comparison after the change finds it wrong; the micro solver takes over, its states train " +
      "the coder on and make a new law, which passes. The fixed schedule goes on with the old one.",
    panels: [stages, comparisons, errors],
    columns: 1,
    panelWidth: 820,
    panelHeight: 210,
  });
}
