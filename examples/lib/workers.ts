import { Worker } from "node:worker_threads";

/** Threads that run one kind of job. */
export interface Pool<Job, Result> {
  readonly workers: number;
  /** Runs one job on the next free thread; rejects with what the job threw. */
  run(job: Job): Promise<Result>;
  /** Runs all; results stand in the order of the jobs. `onDone` counts the finished ones. */
  map(jobs: readonly Job[], onDone?: (done: number) => void): Promise<Result[]>;
  /** Ends the threads; jobs that are not finished reject. */
  close(): Promise<void>;
}

/** What a job module exports: `export default function (job) { ... }`, sync or async. Jobs and results are cloned. */
export type JobFunction<Job, Result> = (job: Job) => Result | Promise<Result>;

/**
 * A thread does not inherit a TypeScript loader from the thread that starts it, so it is started from these few lines
 * of JavaScript, which bring their own.
 */
const BOOTSTRAP = `
const { parentPort, workerData } = require("node:worker_threads");
const ready = import(workerData.loader).then(({ register }) => {
  register();
  return import(workerData.module);
});
parentPort.on("message", async (job) => {
  try {
    const { default: run } = await ready;
    if (typeof run !== "function") throw new TypeError(workerData.module + " has no function as its default export");
    parentPort.postMessage({ result: await run(job) });
  } catch (error) {
    const { name, message, stack, code } = error instanceof Error ? error : { name: "Error", message: String(error) };
    parentPort.postMessage({ thrown: { name, message: String(message), stack, code } });
  }
});
`;

/** What a job threw, as text: errors with fields of their own do not survive cloning. */
interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: unknown;
}

type Reply<Result> = { readonly result: Result } | { readonly thrown: Thrown };

interface Task<Job, Result> {
  readonly job: Job;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/**
 * Up to `workers` threads for the default export of `module`. A thread is started when a job waits for one; a thread
 * that dies rejects its job, and its place is taken by a new one.
 */
export function workerPool<Job, Result>(module: URL, workers: number): Pool<Job, Result> {
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new RangeError(`workerPool: workers must be an integer at least 1, got ${workers}`);
  }
  const waiting: Task<Job, Result>[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Task<Job, Result>>();
  let closed = false;

  function next(): void {
    const task = waiting.shift();
    if (task === undefined) return;
    const worker = idle.pop() ?? (busy.size < workers ? start() : undefined);
    if (worker === undefined) {
      waiting.unshift(task);
      return;
    }
    busy.set(worker, task);
    try {
      worker.ref();
      worker.postMessage(task.job);
    } catch (error) {
      // A job that cannot be cloned never reaches the thread.
      settle(worker)?.reject(error);
      idle.push(worker);
      next();
    }
  }

  function settle(worker: Worker): Task<Job, Result> | undefined {
    const task = busy.get(worker);
    busy.delete(worker);
    worker.unref();
    return task;
  }

  function start(): Worker {
    const worker = new Worker(BOOTSTRAP, {
      eval: true,
      execArgv: ["--conditions", "hml-source"],
      workerData: { module: module.href, loader: import.meta.resolve("tsx/esm/api") },
    });
    worker.on("message", (reply: Reply<Result>) => {
      const task = settle(worker);
      idle.push(worker);
      if ("thrown" in reply) task?.reject(rebuilt(reply.thrown));
      else task?.resolve(reply.result);
      next();
    });
    let cause: unknown;
    worker.on("error", (error) => {
      cause = error;
    });
    worker.on("exit", (code) => {
      const place = idle.indexOf(worker);
      if (place >= 0) idle.splice(place, 1);
      const why = closed ? "the pool was closed" : `its thread ended with code ${code}`;
      settle(worker)?.reject(new Error(`${module.pathname}: ${why}`, { cause }));
      next();
    });
    return worker;
  }

  const pool: Pool<Job, Result> = {
    workers,
    run(job) {
      if (closed) return Promise.reject(new Error("workerPool: the pool is closed"));
      return new Promise<Result>((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        next();
      });
    },
    async map(jobs, onDone) {
      let done = 0;
      return Promise.all(
        jobs.map(async (job) => {
          const result = await pool.run(job);
          onDone?.(++done);
          return result;
        }),
      );
    },
    async close() {
      closed = true;
      for (const task of waiting.splice(0)) task.reject(new Error("workerPool: the pool was closed"));
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()));
    },
  };
  return pool;
}

/** An error with the name, message, code and stack that it had on its thread. */
function rebuilt({ name, message, stack, code }: Thrown): Error {
  const known = { RangeError, TypeError, SyntaxError };
  const Kind = known[name as keyof typeof known] ?? Error;
  const error = new Kind(message);
  if (error.name !== name) error.name = name;
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
