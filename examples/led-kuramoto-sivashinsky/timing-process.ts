import { readFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { type TimingJob, timings } from "./timing.ts";

// The job comes in, and the times go out, through the standard streams.
process.stdout.write(serialize(timings(deserialize(readFileSync(0)) as TimingJob)).toString("base64"));
