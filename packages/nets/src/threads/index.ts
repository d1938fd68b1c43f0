export { type ThreadedOptions, trainOnThreads } from "./train-on-threads.ts";
