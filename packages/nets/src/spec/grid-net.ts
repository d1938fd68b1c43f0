import type { CnnLstm } from "./cnn-lstm.ts";
import type { FieldCnn } from "./field-cnn.ts";
import type { GradientFlowNet } from "./gradient-flow-net.ts";

/** Nets of a field on a grid that are more than a dense stack; `learnedRhs` makes right-hand sides of them too. */
export type GridNet = FieldCnn | CnnLstm | GradientFlowNet;

/** Whether a net is one of them. */
export function isGridNet(spec: { readonly kind: string }): spec is GridNet {
  return spec.kind === "fieldCnn" || spec.kind === "cnnLstm" || spec.kind === "gradientFlowNet";
}
