import { describe, expect, it } from "vitest";
import { workerPool } from "../workers.ts";
import type { SquareJob } from "./square-job.ts";

const module = new URL("./square-job.ts", import.meta.url);

describe("workerPool", () => {
  it("gives results in the order of the jobs, whichever is done first, and counts them", async () => {
    const pool = workerPool<SquareJob, number>(module, 2);
    const counts: number[] = [];
    expect(await pool.map([0, 1, 2, 3], (done) => counts.push(done))).toEqual([0, 1, 4, 9]);
    expect(counts).toEqual([1, 2, 3, 4]);
    await pool.close();
  });

  it("passes on what a job throws, and goes on with the next job", async () => {
    const pool = workerPool<SquareJob, number>(module, 1);
    await expect(pool.run("throw")).rejects.toThrow(new RangeError("square: no such number"));
    expect(await pool.run(3)).toBe(9);
    await pool.close();
  });

  it("rejects the job of a thread that dies, and the pool survives it", async () => {
    const pool = workerPool<SquareJob, number>(module, 1);
    const [lost, next] = await Promise.allSettled([pool.run("exit"), pool.run(2)]);
    expect(lost).toMatchObject({
      status: "rejected",
      reason: { message: expect.stringContaining("ended with code 3") },
    });
    expect(next).toEqual({ status: "fulfilled", value: 4 });
    await pool.close();
  });

  it("rejects what is not finished when it is closed, and what comes later", async () => {
    const pool = workerPool<SquareJob, number>(module, 1);
    const jobs = Promise.allSettled([pool.run(1), pool.run(2)]);
    await pool.close();
    for (const outcome of await jobs) expect(outcome.status).toBe("rejected");
    await expect(pool.run(1)).rejects.toThrow("the pool is closed");
  });

  it("rejects a job that cannot be cloned, and a module that is not there", async () => {
    const pool = workerPool<unknown, number>(module, 1);
    await expect(pool.run(() => 1)).rejects.toThrow("could not be cloned");
    await pool.close();
    const lost = workerPool<number, number>(new URL("./no-such-job.ts", import.meta.url), 1);
    await expect(lost.run(1)).rejects.toThrow("no-such-job");
    await lost.close();
    expect(() => workerPool(module, 0)).toThrow(RangeError);
  });
});
