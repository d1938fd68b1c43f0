import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { euler, type IntegrationError, solve, type TimeStepper } from "../../src/index.ts";
import { type ThreadError, threadPool, type ThreadPool, type ThreadPoolSpec } from "../../src/threads/index.ts";

interface Member {
  readonly rate?: number;
  readonly act?: string;
}

const toy = new URL("./toy.mjs", import.meta.url);
const SIZE = 5;
const open: ThreadPool[] = [];

async function pool(spec: Omit<ThreadPoolSpec, "module">): Promise<ThreadPool> {
  const made = await threadPool({ module: toy, ...spec });
  open.push(made);
  return made;
}

/** What a call throws. */
function thrownBy(call: () => unknown): IntegrationError & { cause: ThreadError } {
  try {
    call();
  } catch (error) {
    return error as IntegrationError & { cause: ThreadError };
  }
  throw new Error("nothing was thrown");
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((made) => made.close()));
});

describe("threadPool", () => {
  it("gives the bits of one thread for any number of members and workers, over several steps", async () => {
    const { default: logistic } = (await import(toy.href)) as { default: (members: Member[]) => TimeStepper };
    for (const workers of [1, 2, 3]) {
      const threads = await pool({ workers });
      expect(threads.workers).toBe(workers);
      for (let members = 1; members <= 9; members++) {
        const spec = Array.from({ length: members }, (_, m) => ({ rate: 3.7 + 0.02 * m }));
        const alone = Float64Array.from({ length: members * SIZE }, (_, i) => 0.2 + 0.01 * i);
        const shared = Float64Array.from(alone);
        const one = logistic(spec);
        const many = threads.flow(spec, SIZE);
        expect(many.size).toBe(one.size);
        for (const t of [0, 0.5, 1]) {
          one.advance(alone, t, t + 0.5);
          many.advance(shared, t, t + 0.5);
        }
        expect(alone.every((value) => value > -1 && value < 2)).toBe(true);
        expect(new Uint8Array(shared.buffer)).toEqual(new Uint8Array(alone.buffer));
      }
    }
  });

  it("runs several flows on one pool, each with its own state", async () => {
    const threads = await pool({ workers: 2, name: "failing" });
    const a = threads.flow<Member>([{}, {}, {}], 1);
    const b = threads.flow<Member>([{}], 1);
    const u = Float64Array.of(1, 2, 3);
    const v = Float64Array.of(10);
    a.advance(u, 0, 1);
    b.advance(v, 0, 1);
    a.advance(u, 0, 1);
    expect([...u, ...v]).toEqual([4, 8, 12, 20]);
  });

  it("takes any array of the right length, one call after the other", async () => {
    const flow = (await pool({ workers: 2, name: "failing" })).flow<Member>([{}, {}], 1);
    const whole = Float64Array.of(1, 2, 3, 4);
    flow.advance(whole.subarray(0, 2), 0, 1);
    flow.advance(whole.subarray(2, 4), 0, 1);
    expect([...whole]).toEqual([2, 4, 6, 8]);
    expect(() => flow.advance(whole, 0, 1)).toThrow(RangeError);
    expect(() => flow.advance([1, 2] as unknown as Float64Array, 0, 1)).toThrow(TypeError);
  });

  it("reports what a member threw with its name, code and stack, leaves the state alone and lives on", async () => {
    const threads = await pool({ workers: 2, name: "failing" });
    const flow = threads.flow<Member>([{}, {}, {}, { act: "throw" }], 1);
    const u = Float64Array.of(1, 2, 3, 4);
    const error = thrownBy(() => flow.advance(u, 1.5, 2));
    expect(error).toMatchObject({ name: "IntegrationError", code: "callback-threw", t: 1.5, step: 0 });
    expect(error.message).toBe("threadPool.flow: the flow of members 2 to 3 threw at t = 1.5: density below zero");
    expect(error.cause).toMatchObject({ name: "RangeError", message: "density below zero", code: "E_DENSITY" });
    expect(error.cause.stack).toContain("toy.mjs");
    expect([...u]).toEqual([1, 2, 3, 4]);
    flow.advance(u, 0, 1);
    expect([...u]).toEqual([2, 4, 6, 8]);
  });

  it("reports the first thread's error when all threads throw, and forgets the others", async () => {
    const threads = await pool({ workers: 3, name: "failing" });
    const flow = threads.flow<Member>([{ act: "throwText" }, { act: "throw" }, { act: "throw" }], 1);
    const u = new Float64Array(3).fill(1);
    expect(thrownBy(() => flow.advance(u, 1, 2)).message).toContain('members 0 to 0 threw at t = 1: "just text"');
    const other = threads.flow<Member>([{}, {}, { act: "throwTrap" }], 1);
    expect(thrownBy(() => other.advance(u, 1, 2)).message).toContain("members 2 to 2 threw");
    other.advance(u, 0, 1);
    expect([...u]).toEqual([2, 2, 2]);
  });

  it("passes what is thrown and is no error, even what cannot be read", async () => {
    const threads = await pool({ workers: 1, name: "failing" });
    const u = new Float64Array(1);
    const text = threads.flow<Member>([{ act: "throwText" }], 1);
    expect(thrownBy(() => text.advance(u, 1, 2))).toMatchObject({ code: "callback-threw", cause: "just text" });
    const trap = threads.flow<Member>([{ act: "throwTrap" }], 1);
    expect(thrownBy(() => trap.advance(u, 1, 2)).cause).toBe("an error that cannot be read");
  });

  it.each([
    ["ends its thread", "exit", "thread 1 ended with exit code 3; the pool is unusable, make a new one"],
    ["vanishes without notice", "vanish", "thread 1 ended without notice"],
  ])("fails at once when a member %s, and stays unusable", async (_, act, message) => {
    const threads = await pool({ workers: 2, name: "failing" });
    const healthy = threads.flow<Member>([{}, {}], 1);
    const flow = threads.flow<Member>([{}, { act }], 1);
    const u = Float64Array.of(1, 2);
    const from = performance.now();
    const error = thrownBy(() => flow.advance(u, 1, 2));
    // A vanished thread is looked for every 100 ms; the timeout is ten minutes.
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(error).toMatchObject({ name: "IntegrationError", code: "callback-threw", t: 1 });
    expect(error.message).toContain(message);
    expect(error.cause).toMatchObject({ name: "ThreadError", code: "exited" });
    expect([...u]).toEqual([1, 2]);
    expect(thrownBy(() => healthy.advance(u, 0, 1)).message).toContain("the pool is unusable");
    expect(thrownBy(() => threads.flow([{}], 1))).toMatchObject({ name: "ThreadError", code: "exited" });
    await threads.close();
    expect(thrownBy(() => healthy.advance(u, 0, 1)).message).toContain("the pool is unusable");
  });

  it("gives up on a hung member after the timeout, ends its thread and stays unusable", async () => {
    const threads = await pool({ workers: 2, name: "failing", timeout: 200 });
    const flow = threads.flow<Member>([{}, { act: "hang" }], 1);
    const u = Float64Array.of(1, 2);
    const from = performance.now();
    const error = thrownBy(() => flow.advance(u, 1, 2));
    expect(performance.now() - from).toBeGreaterThanOrEqual(199);
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(error).toMatchObject({ code: "deadline", t: 1, cause: { name: "ThreadError", code: "deadline" } });
    expect(error.message).toBe("threadPool: thread 1 gave no answer in 200 ms; the pool is unusable, make a new one");
    expect([...u]).toEqual([1, 2]);
    expect(thrownBy(() => flow.advance(u, 0, 1))).toMatchObject({ code: "deadline" });
    // Resolves only when the hung thread has ended.
    await threads.close();
  });

  it("ends a run of solve with its own status and the frames until then", async () => {
    const threads = await pool({ workers: 2, name: "failing" });
    const flow = threads.flow<Member>([{}, { act: "throw" }], 1);
    const after = new Float64Array(2);
    const rhs = (t: number, u: Float64Array, out: Float64Array): void => {
      after.set(u);
      flow.advance(after, t, t + 1);
      for (let i = 0; i < 2; i++) out[i] = after[i]! - u[i]!;
    };
    const run = solve(euler(rhs, 2), [1, 1], [0, 2], { dt: 0.5, throw: false });
    expect(run.status).toBe("callback-threw");
    expect([...run.t]).toEqual([0, 0.5, 1]);
  });

  it("refuses flows that cannot be made, and lives on", async () => {
    const u = new Float64Array(3);
    const wrong = await pool({ workers: 2, name: "wrongSize" });
    expect(thrownBy(() => wrong.flow([1, 2, 3], 1))).toMatchObject({
      name: "ThreadError",
      code: "build-failed",
      cause: { name: "RangeError", message: "a flow of size 2 is expected for 2 members, got size 1" },
    });
    wrong.flow([1, 2], 1).advance(u.subarray(0, 2), 0, 1);
    const none = await pool({ workers: 2, name: "unmakeable" });
    expect(thrownBy(() => none.flow([1, 2, 3], 1)).message).toBe(
      "threadPool.flow: the flow of members 0 to 0 was not made: rate is missing",
    );
    const threads = await pool({ workers: 2, name: "failing" });
    const uncloneable = thrownBy(() => threads.flow<unknown>([{}, { rate: () => 1 }], 1));
    expect(uncloneable).toBeInstanceOf(TypeError);
    expect(uncloneable.message).toContain("members 1 to 1 must survive structured clone");
    expect(() => threads.flow([], 1)).toThrow("members.length must be an integer at least 1, got 0");
    expect(() => threads.flow({ length: 1 } as unknown as Member[], 1)).toThrow("members must be an array");
    expect(() => threads.flow([{}], 1.5)).toThrow("memberSize must be an integer at least 1, got 1.5");
    expect(() => threads.flow([{}, {}], 1 << 30)).toThrow("members.length * memberSize");
    threads.flow<Member>([{}, {}, {}], 1).advance(u, 0, 1);
  });

  it("can be closed twice, and says so when it is used afterwards", async () => {
    const threads = await pool({ workers: 2, name: "failing" });
    const flow = threads.flow<Member>([{}], 1);
    await threads.close();
    await threads.close();
    expect(thrownBy(() => threads.flow([{}], 1))).toMatchObject({ name: "ThreadError", code: "closed" });
    const error = thrownBy(() => flow.advance(new Float64Array(1), 0, 1));
    expect(error).toMatchObject({ code: "callback-threw", cause: { code: "closed" } });
    expect(error.message).toBe("threadPool: the pool is closed");
  });

  it("rejects a module that cannot be imported, ends, hangs, or lacks the function", async () => {
    const start = (module: string | URL, spec: object = {}): Promise<ThreadPool> =>
      threadPool({ module, workers: 2, ...spec });
    await expect(start(new URL("./absent.mjs", import.meta.url))).rejects.toMatchObject({
      name: "ThreadError",
      code: "import-failed",
      cause: { code: "ERR_MODULE_NOT_FOUND" },
    });
    await expect(start(new URL("./broken.mjs", import.meta.url))).rejects.toMatchObject({
      code: "import-failed",
      message: expect.stringContaining("broken.mjs cannot be imported: no model today") as string,
      cause: { name: "SyntaxError" },
    });
    await expect(start(new URL("./exits.mjs", import.meta.url))).rejects.toMatchObject({
      code: "exited",
      message: expect.stringContaining("ended with exit code 7") as string,
    });
    await expect(start(new URL("./stuck.mjs", import.meta.url), { startTimeout: 300 })).rejects.toMatchObject({
      code: "deadline",
    });
    await expect(start(toy, { name: "absent" })).rejects.toMatchObject({
      code: "not-a-function",
      message: expect.stringMatching(
        /export absent of .*toy.mjs must be a function; it exports default, failing/,
      ) as string,
    });
    await expect(start(toy, { name: "number" })).rejects.toThrow("must be a function; got number");
  });

  it("refuses a bad spec before any thread starts", async () => {
    const start = (change: object): Promise<ThreadPool> => threadPool({ module: toy, workers: 1, ...change });
    await expect(start({ workers: 0 })).rejects.toThrow("threadPool: workers must be an integer between 1 and 1024");
    await expect(start({ workers: "2" })).rejects.toThrow(TypeError);
    await expect(start({ worker: 2 })).rejects.toThrow("unknown option worker; did you mean workers?");
    await expect(start({ timeout: 0 })).rejects.toThrow("timeout must be positive");
    await expect(start({ timeout: 1e12 })).rejects.toThrow("timeout must be at most 2147483647 ms");
    await expect(start({ startTimeout: -1 })).rejects.toThrow("startTimeout must be positive");
    await expect(start({ name: 3 })).rejects.toThrow("name must be a string");
    await expect(start({ module: 3 })).rejects.toThrow("module must be a URL or an absolute path, got 3");
    await expect(start({ module: "./toy.mjs" })).rejects.toThrow("use new URL(path, import.meta.url)");
  });

  it("imports an absolute path and a URL's text", async () => {
    for (const module of [fileURLToPath(toy), toy.href]) await (await threadPool({ module, workers: 1 })).close();
  });
});

/** Runs program.ts beside this file in a process of its own; a child that does not end is killed and fails the test. */
async function program(what: string, ...flags: string[]): Promise<string> {
  const argv = [
    ...flags,
    "--conditions",
    "hml-source",
    "--import",
    "tsx",
    fileURLToPath(new URL("./program.ts", import.meta.url)),
    what,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 50_000 });
  return stdout;
}

describe("a program with a thread pool", () => {
  it("runs models written in TypeScript through its loader, and ends though the pool is not closed", async () => {
    // Two steps of forward Euler at rate * dt = 0, 1/4, 1/2.
    expect(JSON.parse(await program("typescript"))).toEqual([1, 0.5625, 0.25]);
  });

  it("is told of a thread that ran out of memory, long before the timeout", async () => {
    expect(await program("exhaust", "--max-old-space-size=64")).toContain("thread 1 ended without notice");
  });
});

describe("@hml/integrators", () => {
  it("reaches neither the threads nor anything of Node from its browser-safe entry", () => {
    const seen = new Set<string>();
    const visit = (file: URL): void => {
      if (seen.has(file.href)) return;
      seen.add(file.href);
      for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g)) {
        expect(specifier, file.href).not.toMatch(/^node:/);
        if (specifier.startsWith(".")) visit(new URL(specifier, file));
      }
    };
    visit(new URL("../../src/index.ts", import.meta.url));
    expect(seen.size).toBeGreaterThan(10);
    expect([...seen].filter((href) => href.includes("/threads/"))).toEqual([]);
    expect(readdirSync(new URL("../../src/threads/", import.meta.url))).toContain("worker.js");
  });
});
