import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { formatTable } from "../../examples/lib/table.ts";
import { type Measured, OUT, type Peer } from "./peer.ts";

/** One task of a benchmark, done by us and by others. */
export interface Task {
  readonly task: string;
  /** Does the work `repeats` times and times it. */
  readonly ours: (repeats: number) => Measured | Promise<Measured>;
  readonly repeats: number;
  /** The number of the line protocol: a step length, a size. */
  readonly number: number;
  /** How far, relative to the largest of ours, the peers' numbers may lie from ours; why belongs beside the number. */
  readonly tolerance: number;
  readonly opponents: readonly Opponent[];
  /** Rounds that count, where other than the benchmark's: fewer for opponents that take long. */
  readonly rounds?: number;
}

/** Somebody who does the same task. */
export interface Opponent {
  /** Name in the table. */
  readonly peer: string;
  /** Which of the benchmark's programs does it. */
  readonly program: string;
  /** What the program calls the task; as we call it unless told otherwise. */
  readonly task?: string;
}

/** A line of the result. `ratio` is peer_ms / ours_ms: above 1 we are faster. */
export interface Row {
  readonly task: string;
  readonly peer: string;
  readonly ours_ms: number;
  readonly peer_ms: number;
  readonly ratio: number;
  readonly ours_min_ms: number;
  readonly peer_min_ms: number;
}

/** A benchmark as it is declared. */
export interface Benchmark {
  readonly name: string;
  readonly tasks: readonly Task[];
  /** Programs by name; one that is not installed is undefined, and its peers are listed as absent. */
  readonly programs: Readonly<Record<string, Peer | undefined>>;
  /** Rounds that count; one more, to warm up, is dropped. */
  readonly rounds: number;
  /** Written into the result as they are: compiler, versions, mode. */
  readonly about?: Readonly<Record<string, unknown>>;
}

/** What a benchmark writes. */
export interface Result {
  readonly name: string;
  readonly cpu: string;
  readonly node: string;
  readonly load_before: number;
  readonly rounds: number;
  readonly rows: readonly Row[];
  readonly absent: readonly string[];
}

/** Runs every task, prints the table, writes `benchmarks/out/<name>.json`, and ends the programs. */
export async function runBenchmark(benchmark: Benchmark): Promise<Result> {
  const { name, tasks, programs, rounds, about = {} } = benchmark;
  try {
    const head = { name, ...about, cpu: cpus()[0]?.model.trim() ?? "unknown", node: process.version };
    const load = loadavg()[0] ?? 0;
    const rows: Row[] = [];
    for (const task of tasks) rows.push(...(await measure(task, programs, task.rounds ?? rounds)));
    const absent = tasks.flatMap(({ opponents }) => opponents.filter(({ program }) => programs[program] === undefined));
    const result = { ...head, load_before: load, rounds, rows, absent: [...new Set(absent.map(({ peer }) => peer))] };
    mkdirSync(OUT, { recursive: true });
    writeFileSync(path.join(OUT, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
    console.log(formatTable(table(rows)));
    if (result.absent.length > 0) console.log(`not installed: ${result.absent.join(", ")}`);
    return result;
  } finally {
    for (const peer of Object.values(programs)) peer?.close();
  }
}

/**
 * Rounds of one sample each, ours and theirs in turn, the order shifted from round to round, so that a slow moment of the
 * machine strikes everybody. Every sample is compared with ours before it counts.
 */
async function measure(task: Task, programs: Benchmark["programs"], rounds: number): Promise<Row[]> {
  const opponents = task.opponents.filter(({ program }) => programs[program] !== undefined);
  const players: readonly (Opponent | undefined)[] = [undefined, ...opponents];
  const samples = players.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    const results: Measured[] = [];
    for (let k = 0; k < players.length; k++) {
      const turn = (k + round + 1) % players.length;
      const player = players[turn];
      results[turn] =
        player === undefined
          ? await task.ours(task.repeats)
          : await programs[player.program]!.run(player.task ?? task.task, task.number, task.repeats);
    }
    for (const [k, result] of results.entries()) {
      checkSame(`${task.task}, ${players[k]?.peer ?? "ours"}`, results[0]!.values, result.values, task.tolerance);
      if (round >= 0) samples[k]!.push(result.ms);
    }
  }
  const [ours, ...theirs] = samples;
  return opponents.map(({ peer }, k) => ({
    task: task.task,
    peer,
    ours_ms: median(ours!),
    peer_ms: median(theirs[k]!),
    ratio: median(theirs[k]!) / median(ours!),
    ours_min_ms: Math.min(...ours!),
    peer_min_ms: Math.min(...theirs[k]!),
  }));
}

/** Refuses a comparison of two computations that did not compute the same. */
export function checkSame(what: string, ours: readonly number[], theirs: readonly number[], tolerance: number): void {
  const scale = Math.max(...ours.map(Math.abs), Number.MIN_VALUE);
  const worst = Math.max(0, ...ours.map((value, i) => Math.abs(value - (theirs[i] ?? Number.NaN)))) / scale;
  if (ours.length !== theirs.length || !(worst <= tolerance)) {
    throw new Error(`${what}: the numbers must agree to ${tolerance} relative, got ${worst}; not the same computation`);
  }
}

/** The middle sample, or the mean of the two in the middle. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length === 0) throw new RangeError("median: samples must not be empty");
  return sorted.length % 2 === 1 ? sorted[half]! : 0.5 * (sorted[half - 1]! + sorted[half]!);
}

function table(rows: readonly Row[]): Parameters<typeof formatTable>[0] {
  const columns = [
    { name: "task" },
    { name: "peer" },
    { name: "ours", unit: "ms" },
    { name: "peer", unit: "ms" },
    { name: "peer / ours" },
  ];
  return { columns, rows: rows.map((row) => [row.task, row.peer, row.ours_ms, row.peer_ms, row.ratio]) };
}
