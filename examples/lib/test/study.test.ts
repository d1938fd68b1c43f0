import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { lineChart } from "../figure.ts";
import { studyMetrics } from "../metrics.ts";
import { HelpRequest, studyOptions, UsageError } from "../options.ts";
import { duration, progress } from "../progress.ts";
import { reportHtml } from "../report.ts";
import { formatNumber, formatTable } from "../table.ts";

describe("studyOptions", () => {
  const flags = { teeth: { default: 10, help: "teeth" }, plain: { default: false, help: "no nets" } };

  it("has a default for everything, and the types of a study's own flags", () => {
    const options = studyOptions("demo", { seed: 42, flags, args: ["--quick", "--teeth", "20", "--epochs=5"] });
    expect(options).toMatchObject({
      quick: true,
      seed: 42,
      out: "examples/out/demo",
      epochs: 5,
      teeth: 20,
      plain: false,
    });
    const teeth: number = options.teeth;
    const plain: boolean = options.plain;
    expect([teeth, plain]).toEqual([20, false]);
  });

  it.each([
    [["--epoch", "3"], "Unknown option '--epoch'"],
    [["quick"], "Unexpected argument 'quick'"],
    [["--seed", "x"], "--seed must be a number, got x"],
    [["--epochs", "1.5"], "--epochs must be a whole number, at least 1, got 1.5"],
    [["--workers", "0"], "--workers must be a whole number"],
    [["--teeth", ""], "--teeth must be a number"],
  ])("refuses %j", (args, message) => {
    expect(() => studyOptions("demo", { flags, args })).toThrow(UsageError);
    expect(() => studyOptions("demo", { flags, args })).toThrow(message);
  });

  it("answers --help with every flag", () => {
    const ask = () => studyOptions("demo", { flags, args: ["--help"] });
    expect(ask).toThrow(HelpRequest);
    expect(ask).toThrow(/--quick.*--teeth <value>.*default 10/s);
  });
});

describe("studyMetrics", () => {
  it("writes one flat object, with null for what is not finite, and refuses a name twice", async () => {
    const out = await mkdtemp(path.join(tmpdir(), "hml-metrics-"));
    const metrics = studyMetrics("demo", { quick: true, seed: 7, out });
    metrics.set("a_star", 0.5);
    metrics.set("rates", [1, 2]);
    metrics.set("lost", Number.NaN);
    const written: unknown = JSON.parse(await readFile(await metrics.write(), "utf8"));
    expect(written).toMatchObject({ study: "demo", mode: "quick", seed: 7, a_star: 0.5, rates: [1, 2], lost: null });
    expect(written).toHaveProperty("seconds");
    expect(written).toHaveProperty("peak_memory_mb");
    expect(() => metrics.set("a_star", 1)).toThrow("set already");
    expect(() => metrics.set("seconds", 1)).toThrow("set already");
    expect(() => metrics.set("Bad name", 1)).toThrow(RangeError);
    await rm(out, { recursive: true });
  });
});

describe("tables and reports", () => {
  const table = {
    title: "Errors",
    columns: [{ name: "law" }, { name: "error", unit: "K", digits: 2 }],
    rows: [
      ["functional", 0.000_123_4],
      ["a < b", null],
      ["sparse", 12.345],
    ],
  };

  it("align numbers to the right and words to the left, with units in the head", () => {
    expect(formatTable(table).split("\n")).toEqual([
      "Errors",
      "law          error (K)",
      "──────────────────────",
      "functional      1.2e-4",
      "a < b                –",
      "sparse              12",
    ]);
  });

  it("show numbers with their significant digits", () => {
    expect([0, 3, 1_234_567, 0.123_456, 12.345, 1e-9, Number.NaN].map((value) => formatNumber(value))).toEqual([
      "0",
      "3",
      "1.23e+6",
      "0.123",
      "12.3",
      "1.00e-9",
      "NaN",
    ]);
  });

  it("make one page that needs nothing else, with every text escaped", () => {
    const drawing = lineChart({
      title: "f & g",
      caption: "c < d",
      x: { label: "x" },
      y: { label: "y" },
      series: [{ name: "s", x: [0, 1], y: [0, 1] }],
    });
    const html = reportHtml({
      title: "T <1>",
      lead: "lead",
      sections: [{ heading: "H", text: ["p1", "p2"], figures: [drawing], tables: [table] }],
    });
    expect(html).toContain("<h1>T &lt;1&gt;</h1>");
    expect(html).toContain("c &lt; d");
    expect(html).toContain('<td class="number">–</td>');
    expect(html.match(/<svg/g)).toHaveLength(1);
    expect(html).not.toMatch(/<script|src=|@import|href="http/);
  });
});

describe("progress", () => {
  it("rewrites one line on a terminal, and writes few lines elsewhere", () => {
    for (const isTTY of [true, false]) {
      const written: string[] = [];
      const bar = progress("fit", 1000, { isTTY, columns: 60, write: (text) => written.push(text) });
      for (let k = 1; k <= 1000; k++) bar.update(k, `loss ${k}`);
      bar.finish("done");
      expect(written.length).toBeLessThan(20);
      expect(written.every((text) => text.startsWith("\r"))).toBe(isTTY);
      expect(written.at(-1)).toMatch(/fit: 0\.\d s, done/);
    }
  });

  it("speaks of time as people do", () => {
    expect([0.44, 9.96, 61, 185.4].map(duration)).toEqual(["0.4 s", "10 s", "61 s", "3 min 05 s"]);
  });
});
