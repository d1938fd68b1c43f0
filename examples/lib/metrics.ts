import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { StudyOptions } from "./options.ts";

/** The numbers of one run of a study. */
export interface Metrics {
  /** Keeps a number, a list of numbers or a word under a name; a name is given once. */
  set(name: string, value: number | readonly number[] | string): void;
  /** What has been kept so far, with seconds and peak memory up to now. */
  values(): Record<string, number | readonly (number | null)[] | string | null>;
  /** Writes `<out>/metrics.json`; gives its path. */
  write(): Promise<string>;
}

/** Starts the clock of a study and collects its numbers into one flat object. */
export function studyMetrics(study: string, options: Pick<StudyOptions, "quick" | "seed" | "out">): Metrics {
  const started = performance.now();
  const kept = new Map<string, number | readonly number[] | string>();
  const fixed = new Set(["study", "mode", "seed", "seconds", "peak_memory_mb"]);
  const values: Metrics["values"] = () => ({
    study,
    mode: options.quick ? "quick" : "full",
    seed: options.seed,
    seconds: rounded((performance.now() - started) / 1000, 10),
    peak_memory_mb: rounded(process.resourceUsage().maxRSS / 1024, 10),
    ...Object.fromEntries([...kept].map(([name, value]) => [name, plain(value)])),
  });
  return {
    set(name, value) {
      if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new RangeError(`metrics: name must be like_this_1, got ${name}`);
      if (kept.has(name) || fixed.has(name)) throw new RangeError(`metrics: ${name} is set already`);
      kept.set(name, value);
      // JSON has no NaN: it is written as null, and never silently.
      const numbers = typeof value === "number" ? [value] : typeof value === "string" ? [] : value;
      if (numbers.some((number) => !Number.isFinite(number))) process.stderr.write(`metrics: ${name} is not finite\n`);
    },
    values,
    async write() {
      await mkdir(options.out, { recursive: true });
      const file = path.join(options.out, "metrics.json");
      await writeFile(file, `${JSON.stringify(values(), undefined, 2)}\n`);
      return file;
    },
  };
}

function plain(value: number | readonly number[] | string): number | (number | null)[] | string | null {
  const jsonNumber = (number: number): number | null => (Number.isFinite(number) ? number : null);
  if (typeof value === "string") return value;
  return typeof value === "number" ? jsonNumber(value) : value.map(jsonNumber);
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
