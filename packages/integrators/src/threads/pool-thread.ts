/// <reference types="node" />
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { ThreadError } from "./thread-error.ts";

/** Places in a thread's control words. */
const WORDS = { state: 0, command: 1, exitCode: 2 } as const;
/** Values of the state word. The pool makes a ready thread busy; the thread answers ready or failed. */
const STATES = { ready: 0, busy: 1, failed: 2, exited: 3, closed: 4 } as const;
/** How often, in ms, a waiting pool looks whether the thread is still there: only for a death without notice. */
const LOOK = 100;

/** What a thread is started with. */
export interface Start {
  readonly module: string;
  readonly name: string;
  readonly port: MessagePort;
  readonly control: Int32Array;
  readonly times: Float64Array;
  readonly words: typeof WORDS;
  readonly states: typeof STATES;
}

/** The order to build flow `id` on the values `[from, to)` of the shared state. */
export interface Build {
  readonly id: number;
  readonly members: readonly unknown[];
  readonly state: SharedArrayBuffer;
  readonly from: number;
  readonly to: number;
}

/** The text of what was thrown on a thread; an Error has a name and a stack. */
export interface Thrown {
  readonly text: string;
  readonly name?: string;
  readonly stack?: string;
  readonly code?: string | undefined;
}

type StartReply =
  | { readonly kind: "started" }
  | { readonly kind: "no-function"; readonly type: string; readonly exports: readonly string[] }
  | { readonly kind: "import-failed"; readonly thrown: Thrown };

/** How a thread answered: it did its work, its code threw, or the thread is lost. */
type Answer =
  | { readonly kind: "done" }
  | { readonly kind: "threw"; readonly cause: unknown }
  | { readonly kind: "lost"; readonly error: ThreadError };

/** One thread as the pool sees it. */
export interface PoolThread {
  /** Settles when the thread has imported the module, or cannot. */
  readonly started: Promise<void>;
  /** Wakes the thread to build a flow. @throws what structured clone throws; the thread then sleeps on. */
  build(order: Build): void;
  /** Wakes the thread to advance flow `id`. */
  advance(id: number, t0: number, t1: number): void;
  /** Blocks until the thread has answered, at most until `deadline` on the clock of `performance.now()`. */
  wait(deadline: number): Answer;
  /** Calls back when the thread ends, with the reason. */
  onEnd(listener: (error: ThreadError) => void): void;
  /** Lets a sleeping thread end by itself. */
  close(): Promise<void>;
  /** Ends the thread at once. */
  terminate(): Promise<void>;
}

const DONE: Answer = { kind: "done" };

/** Starts thread `index` of a pool. */
export function poolThread(
  index: number,
  module: string,
  name: string,
  { start: startTimeout, answer: timeout }: { readonly start: number; readonly answer: number },
): PoolThread {
  const where = "threadPool";
  const memory = new SharedArrayBuffer(32);
  const control = new Int32Array(memory, 0, 3);
  const times = new Float64Array(memory, 16, 2);
  const { port1: port, port2 } = new MessageChannel();
  port.unref();
  const start: Start = { module, name, port: port2, control, times, words: WORDS, states: STATES };
  const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: start, transferList: [port2] });

  const lost = (how: string, cause?: unknown): ThreadError =>
    new ThreadError(
      "exited",
      `${where}: thread ${index} ${how}; the pool is unusable, make a new one`,
      cause === undefined ? undefined : { cause },
    );
  const ended = new Promise<ThreadError>((resolve) => {
    worker.once("error", (cause) => resolve(lost(`failed: ${cause.message}`, cause)));
    worker.once("exit", (code) => resolve(lost(`ended with exit code ${code}`)));
  });
  const gone = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const started = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new ThreadError("deadline", `${where}: ${module} was not imported within ${startTimeout} ms`));
    }, startTimeout);
    worker.once("message", (reply: StartReply) => {
      clearTimeout(timer);
      // A pool that is forgotten must not keep the process alive.
      worker.unref();
      // The first look keeps when the thread's loop began, which an ended thread no longer tells.
      worker.performance.eventLoopUtilization();
      if (reply.kind === "started") resolve();
      else reject(startFailure(where, module, name, reply));
    });
    void ended.then((error) => {
      clearTimeout(timer);
      reject(error);
    });
  });

  function wake(command: number): void {
    Atomics.store(control, WORDS.command, command);
    Atomics.compareExchange(control, WORDS.state, STATES.ready, STATES.busy);
    Atomics.notify(control, WORDS.state);
  }

  function answer(): Answer {
    const state = Atomics.load(control, WORDS.state);
    if (state === STATES.ready) return DONE;
    if (state !== STATES.failed) {
      return { kind: "lost", error: lost(`ended with exit code ${Atomics.load(control, WORDS.exitCode)}`) };
    }
    const cause = rebuild(receiveMessageOnPort(port)?.message as Thrown);
    Atomics.store(control, WORDS.state, STATES.ready);
    return { kind: "threw", cause };
  }

  return {
    started,
    build(order) {
      port.postMessage(order);
      wake(0);
    },
    advance(id, t0, t1) {
      times[0] = t0;
      times[1] = t1;
      wake(id);
    },
    wait(deadline) {
      while (Atomics.load(control, WORDS.state) === STATES.busy) {
        const left = deadline - performance.now();
        const patience = Math.max(0, Math.min(left, LOOK));
        if (Atomics.wait(control, WORDS.state, STATES.busy, patience) !== "timed-out") continue;
        // Events cannot arrive while this thread sleeps, but an ended thread's idle time reads -1.
        if (worker.performance.eventLoopUtilization().idle < 0) {
          return { kind: "lost", error: lost("ended without notice, as a thread does that is out of memory") };
        }
        if (left <= LOOK) {
          const message = `${where}: thread ${index} gave no answer in ${timeout} ms; the pool is unusable, make a new one`;
          return { kind: "lost", error: new ThreadError("deadline", message) };
        }
      }
      return answer();
    },
    onEnd(listener) {
      void ended.then(listener);
    },
    close() {
      worker.ref();
      Atomics.store(control, WORDS.state, STATES.closed);
      Atomics.notify(control, WORDS.state);
      return gone;
    },
    async terminate() {
      await worker.terminate();
    },
  };
}

function startFailure(
  where: string,
  module: string,
  name: string,
  reply: Exclude<StartReply, { kind: "started" }>,
): ThreadError {
  if (reply.kind === "import-failed") {
    const cause = rebuild(reply.thrown);
    return new ThreadError("import-failed", `${where}: ${module} cannot be imported: ${reply.thrown.text}`, { cause });
  }
  const found =
    reply.type === "undefined" ? `it exports ${reply.exports.join(", ") || "nothing"}` : `got ${reply.type}`;
  return new ThreadError("not-a-function", `${where}: export ${name} of ${module} must be a function; ${found}`);
}

/** The error that was thrown on a thread, or the text of what was thrown and is no error. */
function rebuild({ text, name, stack, code }: Thrown): unknown {
  if (name === undefined) return text;
  const error: Error & { code?: string } = new Error(text);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  if (code !== undefined) error.code = code;
  return error;
}
