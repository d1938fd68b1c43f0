import { library } from "../../tsup.base.ts";

export default library({
  index: "src/index.ts",
  tfjs: "src/tfjs/index.ts",
  threads: "src/threads/index.ts",
  "shard-flow": "src/threads/shard-flow.ts",
});
