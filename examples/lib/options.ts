import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

/** What every study understands. */
export interface StudyOptions {
  /** A run of minutes or less; the numbers are then not the study's. */
  readonly quick: boolean;
  readonly seed: number;
  /** Folder for figures, metrics.json and report.html. */
  readonly out: string;
  /** Training epochs, when given. */
  readonly epochs: number | undefined;
  /** Threads for independent jobs; the results do not depend on it. */
  readonly workers: number;
  /** A user's own data file, when given. */
  readonly data: string | undefined;
  /** Whether kept parts of an earlier run are thrown away. */
  readonly fresh: boolean;
}

/** One more flag of a study: its default also gives its type. */
export interface Flag<T extends string | number | boolean = string | number | boolean> {
  readonly default: T;
  /** Shown by --help. */
  readonly help: string;
}

type Wide<T> = T extends number ? number : T extends boolean ? boolean : string;

/** Values of a study's own flags. */
export type FlagValues<F extends Record<string, Flag>> = { readonly [K in keyof F]: Wide<F[K]["default"]> };

/** A command line that cannot be understood; shown without a stack trace, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The reader asked for --help; the message is the answer. */
export class HelpRequest extends Error {
  override readonly name = "HelpRequest";
}

const COMMON = {
  quick: { type: "boolean", help: "a short run on small settings" },
  seed: { type: "string", help: "seed of all chance (whole number)" },
  out: { type: "string", help: "folder for figures, metrics.json and report.html" },
  epochs: { type: "string", help: "training epochs (whole number)" },
  workers: { type: "string", help: "threads for independent jobs (whole number)" },
  data: { type: "string", help: "your own data file instead of the generated data" },
  fresh: { type: "boolean", help: "start anew, where a study keeps parts of a run that was stopped" },
  help: { type: "boolean", help: "this text" },
} as const;

/**
 * Reads the flags of a study from the command line. An unknown flag, a stray word or a number that is none is a
 * `UsageError`.
 */
export function studyOptions<const F extends Record<string, Flag> = Record<never, Flag>>(
  study: string,
  settings: { readonly seed?: number; readonly flags?: F; readonly args?: readonly string[] } = {},
): StudyOptions & FlagValues<F> {
  const { seed = 1, flags = {} as F, args = process.argv.slice(2) } = settings;
  const own = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      { type: typeof flag.default === "boolean" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const values = parse(args, { ...COMMON, ...own });
  if (values["help"] === true) throw new HelpRequest(helpText(study, flags));
  const common: StudyOptions = {
    quick: values["quick"] === true,
    seed: whole("seed", values["seed"], 0) ?? seed,
    out: word(values["out"]) ?? `examples/out/${study}`,
    epochs: whole("epochs", values["epochs"], 1),
    workers: whole("workers", values["workers"], 1) ?? availableParallelism(),
    data: word(values["data"]),
    fresh: values["fresh"] === true,
  };
  const extra = Object.entries(flags).map(([name, flag]) => {
    const given = values[name];
    if (given === undefined) return [name, flag.default];
    return [name, typeof flag.default === "number" ? numeric(name, given) : given];
  });
  return { ...common, ...(Object.fromEntries(extra) as FlagValues<F>) };
}

type Values = Record<string, string | boolean | undefined>;

function parse(args: readonly string[], options: Record<string, { type: "string" | "boolean" }>): Values {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values as Values;
  } catch (error) {
    const [first = ""] = String((error as Error).message).split(". ");
    throw new UsageError(
      `${first}; known flags: ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(" ")}`,
    );
  }
}

function word(value: Values[string]): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numeric(name: string, value: Values[string]): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw new UsageError(`--${name} must be a number, got ${String(value)}`);
  return number;
}

function whole(name: string, value: Values[string], least: number): number | undefined {
  if (value === undefined) return undefined;
  const number = numeric(name, value);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new UsageError(`--${name} must be a whole number, at least ${least}, got ${String(value)}`);
  }
  return number;
}

function helpText(study: string, flags: Record<string, Flag>): string {
  const lines = [
    ...Object.entries(COMMON).map(([name, { type, help }]) => [type === "boolean" ? name : `${name} <value>`, help]),
    ...Object.entries(flags).map(([name, flag]) => [
      typeof flag.default === "boolean" ? name : `${name} <value>`,
      `${flag.help} (default ${String(flag.default)})`,
    ]),
  ];
  return [`npm run example -- ${study} [flags]`, ...lines.map(([name, help]) => `  --${name!.padEnd(20)}${help}`)].join(
    "\n",
  );
}
