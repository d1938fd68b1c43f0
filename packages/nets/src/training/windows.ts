import type { SequencePlan } from "./sequence-options.ts";
import type { Sequences } from "./sequence-data.ts";

/**
 * The first frame of each window, a frame being sequence * times + time. In each sequence windows begin every `stride` steps;
 * where the last of them ends before the sequence does, one more ends with it.
 */
export function windowsOf(
  { count, times }: Sequences,
  { carry, stride }: Pick<SequencePlan, "carry" | "stride">,
): Int32Array {
  const last = times - 1 - carry;
  const starts: number[] = [];
  for (let start = 0; start <= last; start += stride) starts.push(start);
  if (starts.at(-1)! < last) starts.push(last);
  return Int32Array.from({ length: count * starts.length }, (_, w) => {
    const sequence = Math.floor(w / starts.length);
    return sequence * times + starts[w % starts.length]!;
  });
}
