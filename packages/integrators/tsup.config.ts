import { copyFile } from "node:fs/promises";
import { library } from "../../tsup.base.ts";

export default {
  ...library({ index: "src/index.ts", threads: "src/threads/index.ts" }),
  removeNodeProtocol: false,
  // Threads start from its URL beside threads.js; nothing imports it.
  onSuccess: (): Promise<void> =>
    copyFile(new URL("src/threads/worker.js", import.meta.url), new URL("dist/worker.js", import.meta.url)),
};
