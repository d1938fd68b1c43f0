import { integer, show } from "@hml/guard";

/** Nodes whose value is fixed: none, the first and the last (Dirichlet ends), or a list of indices. */
export type Held = "none" | "ends" | readonly number[];

/** The held nodes of a grid as checked indices. */
export function heldNodes(where: string, held: Held, points: number): readonly number[] {
  if (held === "none") return [];
  if (held === "ends") return points === 1 ? [0] : [0, points - 1];
  if (!Array.isArray(held)) {
    throw new TypeError(`${where}: held must be "none", "ends" or an array of indices, got ${show(held)}`);
  }
  return Array.from(held, (node, k) => integer(where, `held[${k}]`, node, 0, points - 1));
}
