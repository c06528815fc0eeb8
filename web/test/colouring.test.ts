import { describe, expect, test } from "vitest";
import { contrast, type Rgb } from "../src/colour";
import { byField, isColourable, NAMED, ramp } from "../src/colouring";
import type { Cell, Field } from "../src/data";
import { THEMES } from "../src/palette";

const field = (kind: Field["kind"], cells: readonly Cell[]): Field => ({ name: "f", kind, cells });
const linear = (rgb: Rgb) => rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
const times = (m: readonly number[][], v: readonly number[]) => m.map((row) => row.reduce((sum, a, i) => sum + a * v[i], 0));

/** Linear RGB as people see it: all cones, and without red, green or blue ones (Machado and others 2009). */
const SIGHTS: Record<string, number[][]> = {
  all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function oklab(rgb: readonly number[]): number[] {
  const [l, m, s] = times(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]],
    rgb.map((v) => Math.min(Math.max(v, 0), 1)),
  ).map(Math.cbrt);
  return times(
    [[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]],
    [l, m, s],
  );
}

describe.each(Object.values(THEMES))("$name", (theme) => {
  const categories = byField(field("category", Array.from({ length: 11 }, (_, i) => `c${i}`))).colours(theme);

  test.each(Object.entries(SIGHTS))("f073: categories stay apart with %s cones", (_, sight) => {
    const seen = categories.slice(0, NAMED).map((rgb) => oklab(times(sight, linear(rgb))));
    for (let i = 0; i < seen.length; i++)
      for (let j = 0; j < i; j++) expect(Math.hypot(...seen[i].map((v, k) => v - seen[j][k]))).toBeGreaterThan(0.08);
  });

  test("f073: every colour is seen on the ground", () => {
    for (const rgb of [...categories, ...ramp(theme, 20)]) expect(contrast(rgb, theme.ground)).toBeGreaterThan(1.4);
  });

  test.each(Object.entries(SIGHTS))("f073: the ramp keeps its order with %s cones", (_, sight) => {
    const light = ramp(theme, 24).map((rgb) => oklab(times(sight, linear(rgb)))[0]);
    const sign = theme.name === "dark" ? 1 : -1;
    light.slice(1).forEach((value, i) => expect(sign * (value - light[i])).toBeGreaterThan(0));
  });
});

describe("classes", () => {
  test("f073: the most frequent first, ties by name, missing values in none", () => {
    const colouring = byField(field("category", ["b", "a", "b", null, "c", ""]));
    expect(colouring.entries).toEqual([
      { name: "b", count: 2 },
      { name: "a", count: 1 },
      { name: "c", count: 1 },
    ]);
    expect([...colouring.code]).toEqual([0, 1, 0, -1, 2, -1]);
  });

  test("f073: of 500 categories eleven are named and the rest share a grey", () => {
    const colouring = byField(field("category", Array.from({ length: 2000 }, (_, i) => `c${i % 500}`)));
    expect(colouring.entries.length).toBe(NAMED + 1);
    expect(colouring.entries[NAMED]).toEqual({ name: "489 others", count: 489 * 4 });
    expect(Math.max(...colouring.code)).toBe(NAMED);
    expect(colouring.colours(THEMES.light)[NAMED]).toEqual(THEMES.light.other);
  });

  test("f073: twelve categories all have a name", () => {
    const colouring = byField(field("category", Array.from({ length: 12 }, (_, i) => `c${i}`)));
    expect(colouring.entries.map(({ name }) => name)).not.toContain("1 others");
  });

  test("numbers and dates follow their order, gaps have no class", () => {
    const { code } = byField(field("number", [1, 5, null, 10]));
    expect(code[0]).toBeLessThan(code[1]);
    expect(code[1]).toBeLessThan(code[3]);
    expect(code[2]).toBe(-1);
    expect(byField(field("number", [7, 7])).code[0]).toBe(0);
  });

  test("texts and empty columns are no colours", () => {
    expect(isColourable(field("text", ["a"]))).toBe(false);
    expect(isColourable(field("number", [null]))).toBe(false);
    expect(isColourable(field("date", [1]))).toBe(true);
  });
});
