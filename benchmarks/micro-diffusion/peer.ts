import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Measured } from "./ours.ts";

/** A peer program that stays up between tasks: one line in, `<task> <number> <repeats>`, one line out, its answer. */
export interface Peer {
  run(task: string, number: number, repeats: number): Promise<Measured>;
  close(): void;
}

/** Starts a peer; a peer that ends or answers nonsense rejects the task at hand with what it wrote on its error output. */
export function startPeer(command: string, args: readonly string[]): Peer {
  const child: ChildProcess = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr!.on("data", (text) => {
    complaint += String(text);
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  // A write to a peer that has ended must show as its missing answer, not as an uncaught EPIPE.
  child.stdin!.on("error", () => {});
  child.on("error", (error) => {
    complaint += error.message;
  });
  return {
    async run(task, number, repeats) {
      child.stdin!.write(`${task} ${number} ${repeats}\n`);
      const { value, done } = await lines.next();
      const [ms, ...values] = done ? [] : value.split(" ").map(Number);
      if (ms === undefined || !(ms > 0)) throw new Error(`${command}: no answer to ${task}. ${complaint.trim()}`);
      return { ms, values };
    },
    close() {
      child.stdin!.end();
    },
  };
}

/** The first line a program prints, or undefined when it is not there. */
export function firstLine(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n")[0];
  } catch {
    return undefined;
  }
}
