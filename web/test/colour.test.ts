import { describe, expect, test } from "vitest";
import { contrast, ink, oklch } from "../src/colour";
import type { MapData, Topic } from "../src/data";
import { Palette, THEMES } from "../src/palette";

describe("colour", () => {
  test("contrast of black and white is 21, of a colour with itself 1", () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 6);
    expect(contrast([10, 90, 200], [10, 90, 200])).toBe(1);
  });

  test("known colours of OKLCH", () => {
    expect(oklch(1, 0, 0)).toEqual([255, 255, 255]);
    expect(oklch(0, 0, 0)).toEqual([0, 0, 0]);
    const [r, g, b] = oklch(0.628, 0.2577, 29.23); // pure red
    expect(r).toBeGreaterThan(250);
    expect(Math.max(g, b)).toBeLessThan(20);
  });

  test("words are readable on both grounds in every hue", () => {
    for (const theme of Object.values(THEMES)) {
      for (let hue = 0; hue < 360; hue += 5) {
        expect(contrast(ink(hue, theme.chroma, theme.ground, 5.5), theme.ground)).toBeGreaterThanOrEqual(5.5);
      }
    }
  });

  test("noise is a neutral grey", () => {
    for (const { noise } of Object.values(THEMES)) expect(new Set(noise).size).toBe(1);
  });
});

describe("palette", () => {
  const topic = (level: number, place: number, parent: number): Topic => ({
    level,
    place,
    id: place,
    label: "",
    keywords: [],
    size: 1,
    parent,
    exemplars: [],
    verdict: "",
  });
  const shape = (angle: number) => ({
    x: 0.5 + 0.3 * Math.cos(angle),
    y: 0.5 + 0.3 * Math.sin(angle),
    radius: 0.1,
    box: { x0: 0, y0: 0, x1: 1, y1: 1 },
  });

  test("forty topics get forty colours", () => {
    const topics = Array.from({ length: 40 }, (_, i) => topic(0, i, -1));
    const data = { levels: [{ assignment: new Int16Array(0), topics }] } as unknown as MapData;
    const palette = new Palette(data, [topics.map((_, i) => shape(i))]);
    expect(new Set(topics.map((t) => palette.point(t, THEMES.dark).join())).size).toBe(40);
  });

  test("children are closer to their parent's colour than to another family's", () => {
    const parents = [0, 1, 2, 3].map((i) => topic(1, i, -1));
    const children = Array.from({ length: 12 }, (_, i) => topic(0, i, i % 4));
    const data = {
      levels: [
        { assignment: new Int16Array(0), topics: children },
        { assignment: new Int16Array(0), topics: parents },
      ],
    } as unknown as MapData;
    const palette = new Palette(data, [children.map((_, i) => shape(i)), parents.map((_, i) => shape(1.5 * i))]);
    const away = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((v, i) => v - b[i]));
    for (const theme of Object.values(THEMES)) {
      for (const child of children) {
        const to = parents.map((parent) => away(palette.point(child, theme), palette.point(parent, theme)));
        expect(to.indexOf(Math.min(...to))).toBe(child.parent);
      }
    }
  });
});
