import { FormatError, show } from "@hml/guard";
import { type NetEnsemble, netEnsemble } from "../rollout/net-ensemble.ts";
import { netFrom, netMetadata, readMetadata } from "./net-file.ts";
import { netTensors } from "./net-tensors.ts";
import { readSafetensors, type SafetensorsLimits } from "./read-safetensors.ts";
import type { Tensor } from "./weights.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const FORMAT = "hml-ensemble";
const VERSION = "1";

/** An ensemble as the bytes of a safetensors file: that of a net, the tensors of member k named `members.<k>.<name>`. */
export function saveEnsemble(ensemble: Pick<NetEnsemble, "members">): Uint8Array {
  const { members } = netEnsemble(ensemble.members);
  const tensors = new Map<string, Tensor>();
  for (const [k, member] of members.entries()) {
    for (const [name, tensor] of netTensors(member, `members.${k}.`)) tensors.set(name, tensor);
  }
  const metadata = netMetadata(FORMAT, VERSION, members[0]!);
  metadata.set("members", String(members.length));
  return writeSafetensors(tensors, metadata);
}

/**
 * Reads an ensemble written by `saveEnsemble`, also from a source that is not trusted. A file of more than 1,024 tensors
 * needs a higher limit on `entries`.
 *
 * @throws as `loadNet`; FormatError `header` for a count of members that is not that of the tensors
 */
export function loadEnsemble(bytes: Uint8Array, limits: SafetensorsLimits = {}): NetEnsemble {
  const where = "loadEnsemble";
  const { tensors, metadata } = readSafetensors(bytes, limits);
  const { spec, precision } = readMetadata(where, FORMAT, VERSION, metadata);
  const text = metadata.get("members") ?? "";
  const prefixes = new Set([...tensors.keys()].map((name) => /^members\.\d+\./.exec(name)?.[0]));
  if (text !== String(prefixes.size) || prefixes.size === 0) {
    throw new FormatError("header", `${where}: members must count the members of the tensors, got ${show(text)}`);
  }
  const members = Array.from({ length: prefixes.size }, (_, k) =>
    netFrom(where, spec, precision, tensors, `members.${k}.`),
  );
  return netEnsemble(members);
}
