// @ts-check
// What runs on each thread of a pool: it imports the module, then sleeps on its control word between commands.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";

/** @typedef {import("./pool-thread.ts").Start} Start */
/** @typedef {import("./pool-thread.ts").Build} Build */
/** @typedef {import("./pool-thread.ts").Thrown} Thrown */
/** @typedef {import("../time-stepper.ts").TimeStepper} TimeStepper */

/** @type {Start} */
const { module, name, port, control, times, words, states } = workerData;

/** @type {Map<number, { flow: TimeStepper, u: Float64Array }>} */
const flows = new Map();

/**
 * Errors cross as text: structured clone loses their names and fails on what they carry.
 * @param {unknown} thrown
 * @returns {Thrown}
 */
function textOf(thrown) {
  try {
    if (!(thrown instanceof Error)) return { text: String(thrown) };
    const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
    return { name: String(thrown.name), text: String(thrown.message), stack: String(thrown.stack), code };
  } catch {
    return { text: "an error that cannot be read" };
  }
}

/** @param {(members: readonly unknown[]) => TimeStepper} make */
function build(make) {
  const order = receiveMessageOnPort(port);
  if (order === undefined) throw new Error("internal: no order to build from");
  /** @type {Build} */
  const { id, members, state, from, to } = order.message;
  const flow = make(members);
  if (typeof flow?.advance !== "function" || flow.size !== to - from) {
    const got = typeof flow?.advance === "function" ? `size ${flow.size}` : "no flow";
    throw new RangeError(`a flow of size ${to - from} is expected for ${members.length} members, got ${got}`);
  }
  flows.set(id, { flow, u: new Float64Array(state).subarray(from, to) });
}

/** @param {number} id */
function advance(id) {
  const owned = flows.get(id);
  if (owned === undefined) throw new Error(`internal: no flow ${id} on this thread`);
  owned.flow.advance(owned.u, times[0] ?? Number.NaN, times[1] ?? Number.NaN);
}

/** @param {(members: readonly unknown[]) => TimeStepper} make */
function serve(make) {
  let state = Atomics.load(control, words.state);
  while (state !== states.closed) {
    if (state === states.busy) {
      /** @type {number} */
      let outcome = states.ready;
      try {
        const command = Atomics.load(control, words.command);
        if (command === 0) build(make);
        else advance(command);
      } catch (thrown) {
        port.postMessage(textOf(thrown));
        outcome = states.failed;
      }
      Atomics.store(control, words.state, outcome);
      Atomics.notify(control, words.state);
    } else {
      Atomics.wait(control, words.state, state);
    }
    state = Atomics.load(control, words.state);
  }
}

process.on("exit", (code) => {
  Atomics.store(control, words.exitCode, code);
  Atomics.store(control, words.state, states.exited);
  Atomics.notify(control, words.state);
});

/**
 * Where the program runs under tsx, lets this thread load TypeScript too: on Node before 22.22 tsx serves the main thread
 * only (privatenumber/tsx, issue 354); where it serves all threads a second registration changes nothing.
 */
async function registerTsx() {
  const loader = process.execArgv.find((argument) => /^(--import=)?(.*\/)?tsx(\/dist\/loader\.mjs)?$/.test(argument));
  if (loader === undefined) return;
  const tsx = loader.replace("--import=", "");
  const url = tsx.startsWith("file:") ? tsx : pathToFileURL(createRequire(`${process.cwd()}/`).resolve(tsx)).href;
  const { register } = await import(new URL("./esm/api/index.mjs", url).href);
  register();
}

/** @param {unknown} message */
function reply(message) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage(message);
}

try {
  // Without it the import below says what it cannot load.
  await registerTsx().catch(() => {});
  const loaded = await import(module);
  const make = loaded[name];
  if (typeof make === "function") {
    reply({ kind: "started" });
    serve(make);
    // Ends the thread whatever the module left open, and lets its console output out.
    process.exit();
  }
  reply({ kind: "no-function", type: typeof make, exports: Object.keys(loaded) });
} catch (thrown) {
  reply({ kind: "import-failed", thrown: textOf(thrown) });
}
