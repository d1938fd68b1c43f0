import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runBenchmark, type Task } from "../lib/bench.ts";
import { type Measured, type Peer, pythonWith, startPeer } from "../lib/peer.ts";
import type { Name } from "./networks.ts";
import { inferred, rolledOut, trained } from "./ours.ts";

/**
 * How far losses and outputs may lie from ours, relative to the largest: sums of up to 16,000 terms in float32, 6e-8 each, in
 * another order, and what some tens of steps of Adam make of that, which divides gradients by their size.
 */
const TOLERANCE = 1e-3;

const quick = process.argv.includes("--quick");
const tasks: Task[] = [];

train("dense_b64", "dense", 64, { epochs: 5, steps: 40 }, ["torch", "tfjs-cpu", "tfjs-wasm"]);
train("dense_b4096", "dense", 4096, { epochs: 3, steps: 5 }, ["torch", "tfjs-cpu", "tfjs-wasm"]);
train("ae_b32", "ae-ks", 32, { epochs: 5, steps: 10 }, ["torch", "tfjs-cpu", "tfjs-wasm"]);
train("ae_fhn_b32", "ae-fhn", 32, { epochs: 5, steps: 10 }, ["torch"]);
train("lstm50_t30_b32", "lstm", 32, { epochs: 3, steps: 4 }, ["torch"]);
train("gru200_t125_b32", "gru", 32, { epochs: 2, steps: 1 }, ["torch"]);
train("field_cnn_b4", "field", 4, { epochs: 1, steps: 1 }, ["torch"]);
// Threads are new each time: their first steps run on code that is not yet optimised.
onTwoThreads("gru200_t125_b32", "gru", 32, { epochs: 5, steps: 1 });
onTwoThreads("field_cnn_b4", "field", 4, { epochs: 5, steps: 1 });
add("gru200_step", "infer:gru:1", 11, 100, ["torch"], () => rolledOut(11, 100));
// A step takes TensorFlow.js seconds: one is enough, and none in a quick run.
if (!quick) {
  slow("lstm50_t30_b32", "lstm", 32);
  slow("gru200_t125_b32_before", "gru-before", 32);
  slow("field_cnn_b4", "field", 4, ["tfjs-wasm"]);
}
infer("mlp_16384_inference", "dense", 16_384, 20, ["torch", "tfjs-cpu", "tfjs-wasm"]);
infer("field_cnn_inference", "field", 1, 1, ["torch", "tfjs-wasm"]);

const python = pythonWith(["torch"]);
const script = fileURLToPath(new URL("../python/nets.py", import.meta.url));
await runBenchmark({
  name: "nets",
  tasks,
  programs: {
    torch: python === undefined ? undefined : startPeer(python.command, [script, "1"]),
    "torch-2": python === undefined ? undefined : startPeer(python.command, [script, "2"]),
    "tfjs-cpu": await tfjs("cpu"),
    "tfjs-wasm": await tfjs("wasm"),
  },
  rounds: quick ? 3 : 15,
  about: { mode: quick ? "quick" : "full", python: python?.versions ?? null },
});

interface Length {
  readonly epochs: number;
  readonly steps: number;
}

function train(
  task: string,
  name: Name,
  size: number,
  { epochs, steps }: Length,
  peers: readonly string[],
  rounds?: number,
): void {
  add(task, `train:${name}:${size}`, epochs, steps, peers, () => trained(name, size, epochs, steps), rounds);
}

/** One step beside TensorFlow.js. */
function slow(task: string, name: Name, size: number, peers = ["tfjs-cpu", "tfjs-wasm"]): void {
  train(task, name, size, { epochs: 1, steps: 1 }, peers, 1);
}

/** Ours on two threads beside PyTorch's two. */
function onTwoThreads(task: string, name: Name, size: number, { epochs, steps }: Length): void {
  const opponents = [{ peer: "torch-2", program: "torch-2", task: `train:${name}:${size}` }];
  const ours = (): Promise<Measured> => trained(name, size, epochs, steps, 2);
  tasks.push({ task: `${task}_threads2`, ours, repeats: steps, number: epochs, tolerance: TOLERANCE, opponents });
}

function infer(task: string, name: "dense" | "field", size: number, steps: number, peers: readonly string[]): void {
  add(task, `infer:${name}:${size}`, 5, steps, peers, () => inferred(name, size, 5, steps));
}

function add(
  task: string,
  theirs: string,
  epochs: number,
  steps: number,
  peers: readonly string[],
  ours: () => Measured | Promise<Measured>,
  rounds?: number,
): void {
  const opponents = peers.map((peer) => ({ peer, program: peer, task: theirs }));
  tasks.push({
    task,
    ours,
    repeats: steps,
    number: epochs,
    tolerance: TOLERANCE,
    opponents,
    ...(rounds && { rounds }),
  });
}

/** TensorFlow.js with a backend, where it is installed. */
async function tfjs(backend: "cpu" | "wasm"): Promise<Peer | undefined> {
  try {
    if (backend === "cpu") await import("@tensorflow/tfjs-backend-cpu");
    else {
      const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
      // Its WebAssembly lies beside its code; nothing is fetched.
      const code = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
      setWasmPaths(`${path.dirname(code)}/`);
    }
  } catch {
    return undefined;
  }
  const { tfjsPeer } = await import("./tfjs.ts");
  return tfjsPeer(backend);
}
