import { inflateSync } from "node:zlib";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { encodePng } from "../figure/png.ts";
import { figure, figurePng, heatMap, lineChart, type Series } from "../figure.ts";

const x = [0, 1, 2, 3];
const texts = (svg: string): string[] =>
  [...parseHTML(svg).document.querySelectorAll("text")].map((node) => node.textContent ?? "");

function chart(series: readonly Series[], type: "linear" | "log" = "linear") {
  return lineChart({ title: "A < B & C", x: { label: "time", unit: "s" }, y: { label: "error", type }, series });
}

describe("lineChart", () => {
  it("is one SVG document with title, axis labels with units, and a legend entry for each name", () => {
    const { svg } = chart([
      { name: "fine", x, y: [0, 1, 4, 9] },
      { name: "learned", x, y: [0, 1, 5, 9], style: "dashed" },
    ]);
    expect(svg.match(/<svg/g)).toHaveLength(1);
    expect(texts(svg)).toEqual(expect.arrayContaining(["A < B & C", "time (s)", "error", "fine", "learned"]));
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it("leaves gaps where values are not finite, or not positive on a logarithmic axis", () => {
    const { svg } = chart([{ name: "a", x, y: [1, 0, Number.NaN, 1e-6] }], "log");
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(texts(svg)).toContain("10⁻⁶");
    expect(() => chart([{ name: "a", x, y: [0, -1, 0, 0] }], "log")).toThrow("no positive values for axis error");
  });

  it("refuses curves whose x and y differ in length, by name", () => {
    expect(() => chart([{ name: "short", x, y: [1] }])).toThrow("short must be equally long, got 4 and 1");
  });

  it("gives the same bytes twice, and a PNG of twice the size", () => {
    const series = [{ name: "a", x, y: [1, 2, 3, 4] }];
    expect(chart(series).svg).toBe(chart(series).svg);
    const drawing = lineChart({ title: "t", width: 300, height: 200, x: { label: "x" }, y: { label: "y" }, series });
    const png = Buffer.from(figurePng(drawing));
    expect(png.readUInt32BE(16)).toBe(2 * drawing.width);
  });
});

describe("figure", () => {
  it("puts panels in rows, one legend for all, a name always in one colour, and shares axes when asked", () => {
    const panel = (title: string, top: number) => ({
      kind: "lines" as const,
      title,
      x: { label: "x" },
      y: { label: "y" },
      series: [{ name: "curve", x, y: [0, 1, 2, top] }],
    });
    const apart = figure({ title: "t", columns: 2, panels: [panel("one", 3), panel("two", 300)] });
    expect(texts(apart.svg).filter((words) => words === "curve")).toHaveLength(1);
    expect(new Set(apart.svg.match(/stroke="#0072b2"/g))).toHaveLength(1);
    const shared = figure({ title: "t", columns: 2, share: "y", panels: [panel("one", 3), panel("two", 300)] });
    expect(texts(apart.svg).filter((words) => words === "300")).toHaveLength(1);
    expect(texts(shared.svg).filter((words) => words === "300")).toHaveLength(2);
    expect(() => figure({ title: "t", panels: [] })).toThrow(RangeError);
  });
});

describe("heatMap", () => {
  it("draws row 0 at the bottom, and a colour bar with its label and unit", () => {
    const { svg } = heatMap({
      title: "field",
      x: { label: "x", domain: [0, 1] },
      y: { label: "t", domain: [0, 1] },
      color: { label: "u", unit: "K", scheme: "greys" },
      values: [0, 0, 1, 1],
      columns: 2,
    });
    expect(texts(svg)).toEqual(expect.arrayContaining(["u (K)", "x", "t"]));
    const [map] = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map((match) =>
      Buffer.from(match[1]!, "base64"),
    );
    const rows = map!.readUInt32BE(20);
    const stride = 3 * map!.readUInt32BE(16) + 1;
    const start = map!.indexOf("IDAT") + 4;
    const pixels = inflateSync(map!.subarray(start, start + map!.readUInt32BE(start - 8)));
    const [top, bottom] = [pixels[1]!, pixels[(rows - 1) * stride + 1]!];
    expect(top).toBeLessThan(bottom);
    expect(() =>
      heatMap({
        title: "f",
        x: { label: "x", domain: [0, 1] },
        y: { label: "y", domain: [0, 1] },
        color: { label: "u" },
        values: [1, 2, 3],
        columns: 2,
      }),
    ).toThrow("3 values do not fill rows of 2 columns");
  });

  it("encodes pixels as they are", () => {
    const png = Buffer.from(encodePng(1, 2, Uint8Array.of(1, 2, 3, 4, 5, 6)));
    const start = png.indexOf("IDAT") + 4;
    expect([...inflateSync(png.subarray(start, start + png.readUInt32BE(start - 8)))]).toEqual([
      0, 1, 2, 3, 0, 4, 5, 6,
    ]);
  });
});
