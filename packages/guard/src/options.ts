import { show } from "./show.ts";

/**
 * Refuses anything but an options object whose keys are all known; an unknown key is reported with the nearest known
 * one. Symbols and inherited keys are not options. The caller then reads the values by named destructuring.
 */
export function checkOptions(where: string, options: unknown, known: readonly string[], name = "options"): void {
  if (options === null || typeof options !== "object" || Array.isArray(options) || ArrayBuffer.isView(options)) {
    throw new TypeError(`${where}: ${name} must be an object, got ${show(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    const advice = near === undefined ? `known: ${known.join(", ")}` : `did you mean ${near}?`;
    throw new TypeError(`${where}: unknown option ${show(key).slice(1, -1)}; ${advice}`);
  }
}

/** A function, or a TypeError that names it. */
export function callable<T>(where: string, name: string, value: T): T {
  if (typeof value !== "function") throw new TypeError(`${where}: ${name} must be a function, got ${show(value)}`);
  return value;
}

/** The word of `words` within an edit distance of a third of `word`'s length (at least 2), if there is one. */
function nearest(word: string, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  if (word.length > 64) return undefined;
  for (const candidate of words) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance, two rows. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, substitution));
    }
    previous = row;
  }
  return previous[b.length]!;
}
