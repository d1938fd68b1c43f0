export { type ThreadPool, type ThreadPoolSpec, threadPool } from "./thread-pool.ts";
export { ThreadError, type ThreadFailure } from "./thread-error.ts";
