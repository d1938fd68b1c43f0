import { execFileSync, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One timing, and numbers that show what was computed; the other side must answer the same. */
export interface Measured {
  readonly ms: number;
  readonly values: readonly number[];
}

/**
 * A program in another language that stays up between tasks, so that its timings stand between ours. It reads a line
 * `<task> <number> <repeats>` and answers a line `<milliseconds> <numbers that say what was computed>`.
 */
export interface Peer {
  run(task: string, number: number, repeats: number): Promise<Measured>;
  close(): void;
}

/** Folder of results and compiled programs. */
export const OUT: string = fileURLToPath(new URL("../out/", import.meta.url));

/** Starts a peer; one that ends or answers nonsense rejects the task at hand with what it wrote on its error output. */
export function startPeer(command: string, args: readonly string[]): Peer {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (text) => {
    complaint += String(text);
  });
  // A write to a peer that has ended must show as its missing answer, not as an uncaught EPIPE.
  child.stdin.on("error", () => {});
  child.on("error", (error) => {
    complaint += error.message;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(task, number, repeats) {
      child.stdin.write(`${task} ${number} ${repeats}\n`);
      const { value, done } = await lines.next();
      const [ms, ...values] = done === true ? [] : value.split(" ").map(Number);
      if (ms === undefined || !(ms > 0)) throw new Error(`${command}: no answer to ${task}. ${complaint.trim()}`);
      return { ms, values };
    },
    close() {
      child.stdin.end();
    },
  };
}

/**
 * Compiles `benchmarks/native/<name>.c` with `gcc -O3 -march=native` and further flags; gives the program's path, or
 * undefined on a machine without a compiler. `as` names a second build of one source.
 */
export function compileNative(name: string, flags: readonly string[] = [], as: string = name): string | undefined {
  if (firstLine("gcc", ["--version"]) === undefined) return undefined;
  mkdirSync(OUT, { recursive: true });
  const source = fileURLToPath(new URL(`../native/${name}.c`, import.meta.url));
  const program = path.join(OUT, as);
  execFileSync("gcc", ["-O3", "-march=native", ...flags, "-o", program, source, "-lm"], { stdio: "inherit" });
  return program;
}

/** The same with FFTW; undefined on a machine without its header, which is asked for first: that it is missing is no error. */
export function compileWithFftw(name: string, flags: readonly string[] = []): string | undefined {
  const header = firstLine("gcc", ["-fsyntax-only", "-include", "fftw3.h", "-x", "c", "/dev/null"]);
  return header === undefined ? undefined : compileNative(name, [...flags, "-Wl,--no-as-needed", "-lfftw3"]);
}

/** The Python that runs peers (PYTHON, or the system's), if it has the modules, with their versions in words. */
export function pythonWith(modules: readonly string[]): { command: string; versions: string } | undefined {
  const command = process.env["PYTHON"] ?? "/usr/bin/python3";
  const versions = firstLine(command, [
    "-c",
    `import platform, ${modules.join(", ")}; print("Python " + platform.python_version()${modules
      .map((module) => ` + ", ${module} " + ${module}.__version__`)
      .join("")})`,
  ]);
  return versions === undefined ? undefined : { command, versions };
}

/** The first line that a program prints, or undefined when it is not there or fails. */
export function firstLine(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n")[0];
  } catch {
    return undefined;
  }
}
