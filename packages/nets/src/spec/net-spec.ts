import { checkOptions, oneOf } from "@hml/guard";
import { discretisedNet, divergenceNet, type FieldNet, fluxNet, functionalNet } from "./field-net.ts";
import { type Mlp, mlp } from "./mlp.ts";
import type { ParameterLayout } from "./parameter-layout.ts";
import { stackShape } from "./stack-net.ts";

/** Nets that map one sample to one answer, whatever lies in a sample. */
export type RowNet = Mlp;

/** A net as plain JSON data, told apart by `kind`. */
export type NetSpec = FieldNet | RowNet;

/** Every kind of net: how it is checked, and where its numbers lie. */
const FAMILIES: {
  readonly [K in NetSpec["kind"]]: {
    readonly check: (options: never) => NetSpec;
    readonly layout: (spec: Extract<NetSpec, { readonly kind: K }>) => ParameterLayout;
  };
} = {
  functionalNet: { check: functionalNet, layout: (spec) => stackShape(spec).layout },
  discretisedNet: { check: discretisedNet, layout: (spec) => stackShape(spec).layout },
  fluxNet: { check: fluxNet, layout: (spec) => stackShape(spec).layout },
  divergenceNet: { check: divergenceNet, layout: (spec) => stackShape(spec).layout },
  mlp: { check: mlp, layout: (spec) => stackShape(spec).layout },
};

const KINDS = Object.keys(FAMILIES) as NetSpec["kind"][];

/**
 * Checks plain data, such as parsed JSON, and gives a frozen net specification with nothing left to default.
 *
 * @throws RangeError or TypeError that names what is not allowed, unknown keys included.
 */
export function checkNetSpec<S extends NetSpec = NetSpec>(value: S): S;
export function checkNetSpec(value: unknown): NetSpec;
export function checkNetSpec(value: unknown): NetSpec {
  checkOptions("checkNetSpec", value, Object.keys(Object(value)), "spec");
  const { kind, ...options } = value as { readonly kind?: unknown };
  return FAMILIES[oneOf("checkNetSpec", "kind", kind, KINDS)].check(options as never);
}

/** Where the numbers of a checked net lie. */
export function layoutOf(spec: NetSpec): ParameterLayout {
  const { layout } = FAMILIES[spec.kind] as { readonly layout: (spec: NetSpec) => ParameterLayout };
  return layout(spec);
}

/**
 * Number of trainable values of a net. For a dense stack: the sum over its layers of inputs * units weights and, where it
 * has them, units biases; outputs * inputs more for a linear skip. The discretised net of the paper's code (three points,
 * 32, 32, 1) has 1,217.
 */
export function parameterCount(spec: NetSpec): number {
  return layoutOf(spec).parameters;
}
