import { spawnSync } from "node:child_process";
import path from "node:path";
import { root } from "./packages.js";

/**
 * Runs a program to its end and gives its output; a failure throws with all that was said.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 */
export function run(program, args, { cwd = root, env = {} } = {}) {
  const result = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    const place = path.relative(root, cwd) || ".";
    throw new Error(
      `${path.basename(program)} ${args.join(" ")} (in ${place}) ended with ${result.status ?? result.signal}\n${result.stdout}${result.stderr}`,
    );
  }
  return result.stdout;
}

/** A program that a development dependency brings. */
export const tool = (name) => path.join(root, "node_modules", ".bin", name);
