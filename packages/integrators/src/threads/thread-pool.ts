/// <reference types="node" />
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { checkOptions, float64, integer, positive, show } from "@hml/guard";
import { IntegrationError } from "../failure.ts";
import { callbackThrew } from "../first-call.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { poolThread } from "./pool-thread.ts";
import { ThreadError } from "./thread-error.ts";

/** What a pool of threads is made of. */
export interface ThreadPoolSpec {
  /**
   * The module that makes the flows, as every thread imports it: `new URL("./model.js", import.meta.url)`, a URL's text
   * or an absolute path. For a package give `import.meta.resolve(name)`. Under tsx it may be TypeScript.
   */
  readonly module: string | URL;
  /** The module's export, a function `(members) => TimeStepper` of the state `[member, ...state]`; default `"default"`. */
  readonly name?: string;
  /** Number of threads; the calling thread sleeps while they work, so the number of cores is a good choice. */
  readonly workers: number;
  /** Time in ms after which a thread that is building or advancing counts as hung; default 600 000. */
  readonly timeout?: number;
  /** Time in ms after which a thread that is importing the module counts as hung; default 60 000. */
  readonly startTimeout?: number;
}

/** Threads that have imported a module and wait to run ensembles of its flows. */
export interface ThreadPool {
  /** Number of threads. */
  readonly workers: number;
  /**
   * One flow of the state `[member, memberSize]`: every thread makes the flow of a contiguous slice of the members, which
   * reach it by structured clone. It lives as long as the pool, and so does its shared copy of the state.
   *
   * `advance` blocks until all threads are done. It throws an IntegrationError and leaves `u` as it was: `callback-threw`
   * when a member's flow threw (first thread counts; the pool lives on) or when a thread ended, `deadline` when one did
   * not answer in time. After a lost thread the pool is unusable, and `cause` is a ThreadError that says why.
   *
   * @throws RangeError / TypeError for no members, a bad size or members that cannot be cloned; ThreadError when the
   * module's function throws or gives a flow of another size, and for a pool that is closed or has lost a thread.
   */
  flow<M>(members: readonly M[], memberSize: number): TimeStepper;
  /** Ends the threads; may be called again. */
  close(): Promise<void>;
}

/** setTimeout's largest delay. */
const LONGEST = 2_147_483_647;

/**
 * Threads that run the members of an ensemble behind a synchronous `TimeStepper` (Node only).
 *
 * The bits are those of one thread whenever a member's result does not depend on the members beside it, as with
 * `perPatch` or any ensemble. The state lies in shared memory; threads are woken and waited for by Atomics, never by
 * spinning. A pool that is not closed does not keep the process alive. Console output of a model may appear only when
 * the pool is closed.
 *
 * Good starting values: one thread a core, work of at least 1 ms a call.
 *
 * ```ts
 * const pool = await threadPool({ module: new URL("./model.js", import.meta.url), workers: 2 });
 * const flow = pool.flow([{ rate: 1 }, { rate: 2 }], 100); // state [2, 100]
 * ```
 *
 * @throws (rejects) TypeError / RangeError for a malformed spec; ThreadError with code `import-failed`, `not-a-function`,
 * `exited` or `deadline` when a thread does not start.
 */
export async function threadPool(spec: ThreadPoolSpec): Promise<ThreadPool> {
  const where = "threadPool";
  checkOptions(where, spec, ["module", "name", "workers", "timeout", "startTimeout"], "spec");
  const { name = "default" } = spec;
  const module = moduleUrl(where, spec.module);
  if (typeof name !== "string") throw new TypeError(`${where}: name must be a string, got ${show(name)}`);
  const workers = integer(where, "workers", spec.workers, 1, 1024);
  const timeout = limit("timeout", spec.timeout ?? 600_000);
  const startTimeout = limit("startTimeout", spec.startTimeout ?? 60_000);

  const threads = Array.from({ length: workers }, (_, index) =>
    poolThread(index, module, name, { start: startTimeout, answer: timeout }),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.terminate()));
  };
  try {
    await Promise.all(threads.map((thread) => thread.started));
  } catch (error) {
    await stop();
    throw error;
  }

  let lost: ThreadError | undefined;
  let stopped: Promise<void> | undefined;
  function lose(error: ThreadError): void {
    lost ??= error;
    stopped ??= stop();
  }
  for (const thread of threads) thread.onEnd(lose);

  /** Waits for the first `count` threads: what the first of them threw, if any did. Sets `lost` when one is lost. */
  function settle(count: number): Failure | undefined {
    const deadline = performance.now() + timeout;
    let first: Failure | undefined;
    for (let index = 0; index < count && lost === undefined; index++) {
      const answer = threads[index]!.wait(deadline);
      if (answer.kind === "lost") lose(answer.error);
      else if (answer.kind === "threw") first ??= { index, cause: answer.cause };
    }
    return first;
  }

  let flows = 0;
  function flow<M>(members: readonly M[], memberSize: number): TimeStepper {
    const inFlow = `${where}.flow`;
    if (!Array.isArray(members)) throw new TypeError(`${inFlow}: members must be an array, got ${show(members)}`);
    integer(inFlow, "members.length", members.length, 1);
    integer(inFlow, "memberSize", memberSize, 1);
    const size = integer(inFlow, "members.length * memberSize", members.length * memberSize, 1, 1 << 30);
    if (lost !== undefined) throw lost;
    const id = ++flows;
    const count = Math.min(workers, members.length);
    const state = new SharedArrayBuffer(size * Float64Array.BYTES_PER_ELEMENT);
    const shared = new Float64Array(state);
    const bounds = Array.from({ length: count + 1 }, (_, index) => Math.floor((index * members.length) / count));
    const slice = (index: number): string => `members ${bounds[index]!} to ${bounds[index + 1]! - 1}`;

    let built = 0;
    let refusal: unknown;
    try {
      for (; built < count; built++) {
        const [from, to] = [bounds[built]!, bounds[built + 1]!];
        const order = { id, members: members.slice(from, to), state, from: from * memberSize, to: to * memberSize };
        threads[built]!.build(order);
      }
    } catch (cause) {
      refusal = cause;
    }
    const failure = settle(built);
    if (lost !== undefined) throw lost;
    if (built < count) {
      throw new TypeError(`${inFlow}: ${slice(built)} must survive structured clone: ${textOf(refusal)}`, {
        cause: refusal,
      });
    }
    if (failure !== undefined) {
      const message = `${inFlow}: the flow of ${slice(failure.index)} was not made: ${textOf(failure.cause)}`;
      throw new ThreadError("build-failed", message, { cause: failure.cause });
    }

    return {
      size,
      advance(u, t0, t1) {
        float64(inFlow, "u", u, size);
        if (lost !== undefined) throw runLost(lost, t0);
        shared.set(u);
        for (let index = 0; index < count; index++) threads[index]!.advance(id, t0, t1);
        const thrown = settle(count);
        if (lost !== undefined) throw runLost(lost, t0);
        if (thrown !== undefined) {
          throw callbackThrew(inFlow, `the flow of ${slice(thrown.index)}`, t0, 0, thrown.cause);
        }
        u.set(shared);
      },
    };
  }

  return Object.freeze({
    workers,
    flow,
    async close() {
      lost ??= new ThreadError("closed", `${where}: the pool is closed`);
      stopped ??= Promise.all(threads.map((thread) => thread.close())).then(() => undefined);
      await stopped;
    },
  });
}

/** What a thread threw. */
interface Failure {
  readonly index: number;
  readonly cause: unknown;
}

function moduleUrl(where: string, module: unknown): string {
  if (module instanceof URL) return module.href;
  if (typeof module !== "string") {
    throw new TypeError(`${where}: module must be a URL or an absolute path, got ${show(module)}`);
  }
  if (isAbsolute(module)) return pathToFileURL(module).href;
  if (URL.canParse(module)) return module;
  throw new TypeError(
    `${where}: module must be a URL or an absolute path, got ${show(module)}; use new URL(path, import.meta.url), or ` +
      "import.meta.resolve(name) for a package",
  );
}

function runLost(error: ThreadError, t0: number): IntegrationError {
  const code = error.code === "deadline" ? "deadline" : "callback-threw";
  return new IntegrationError(code, t0, 0, error.message, { cause: error });
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : show(cause);
}

/** A limit of a timer, in ms. */
function limit(name: string, value: number): number {
  positive("threadPool", name, value);
  if (value > LONGEST) throw new RangeError(`threadPool: ${name} must be at most ${LONGEST} ms, got ${value}`);
  return value;
}
