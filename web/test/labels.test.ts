import { describe, expect, test } from "vitest";
import { isDue, place, wrap, zoomStep, type Candidate, type Placed } from "../src/labels";

const label = (key: string, x: number, y: number, width = 100, height = 20): Candidate => ({
  key,
  x,
  y,
  width,
  height,
});

/** Small generator of repeatable numbers in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

function box({ label: l, dx, dy }: Placed<Candidate>, scale: number): [number, number, number, number] {
  const [x, y] = [l.x * scale + dx, -l.y * scale + dy];
  return [x - l.width / 2, y - l.height / 2, x + l.width / 2, y + l.height / 2];
}

function overlap(a: Placed<Candidate>, b: Placed<Candidate>, scale: number): boolean {
  const [ax0, ay0, ax1, ay1] = box(a, scale);
  const [bx0, by0, bx1, by1] = box(b, scale);
  return ax0 < bx1 - 1e-6 && bx0 < ax1 - 1e-6 && ay0 < by1 - 1e-6 && by0 < ay1 - 1e-6;
}

describe("place", () => {
  test("the first label gets its anchor", () => {
    expect(place([label("a", 0.5, 0.5)], [500, 600])).toEqual([{ label: label("a", 0.5, 0.5), dx: 0, dy: 0 }]);
  });

  test("a later label gives way, and is left out when there is no room", () => {
    const placed = place(
      [label("big", 0.5, 0.5, 300, 300), label("child", 0.5, 0.5), label("other", 0.1, 0.1)],
      [500, 600],
    );
    expect(placed.map((p) => p.label.key)).toEqual(["big", "other"]);
    const [, moved] = place([label("parent", 0.5, 0.5), label("child", 0.5, 0.5)], [500, 600]);
    expect([moved.dx, moved.dy]).not.toEqual([0, 0]);
  });

  test("no two labels overlap at any scale of the step", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const next = numbers(seed);
      const many = Array.from({ length: 120 }, (_, i) =>
        label(`${i}`, next(), next(), 40 + 90 * next(), 16 + 30 * next()),
      );
      const step = zoomStep(400 + 600 * next());
      const placed = place(many, step);
      expect(placed.length).toBeGreaterThan(10);
      const scales = [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => step[0] + (step[1] - step[0]) * share);
      const clashes = scales.flatMap((s) => placed.filter((a) => placed.some((b) => a !== b && overlap(a, b, s))));
      expect(clashes).toEqual([]);
    }
  });

  test("zooming in never loses all labels and usually adds some", () => {
    const next = numbers(7);
    const many = Array.from({ length: 200 }, (_, i) => label(`${i}`, next(), next()));
    const shown = [300, 600, 1200, 2400].map((scale) => place(many, zoomStep(scale)).length);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
    expect(shown[3]).toBeGreaterThan(2 * shown[0]);
  });

  test("a zoom step holds its scale", () => {
    for (const scale of [1, 100, 512, 777.7, 40_000]) {
      const [low, high] = zoomStep(scale);
      expect(low).toBeLessThanOrEqual(scale * (1 + 1e-8));
      expect(high).toBeGreaterThan(scale);
    }
  });
});

describe("wrap", () => {
  const measure = (line: string) => [...line].length * 10;

  test("a short label stays on one line", () => expect(wrap("Ghost ships", measure, 150, 3)).toEqual(["Ghost ships"]));

  test("a long one breaks into lines of about equal length", () => {
    const lines = wrap("Coming of age in small towns and long summers", measure, 180, 3);
    expect(lines.length).toBe(3);
    expect(lines.join(" ")).toBe("Coming of age in small towns and long summers");
    const lengths = lines.map((line) => line.length);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(8);
  });

  test("what does not fit is cut with an ellipsis", () => {
    const lines = wrap(Array(40).fill("word").join(" "), measure, 100, 3);
    expect(lines.length).toBe(3);
    expect(lines[2].endsWith("…")).toBe(true);
    expect(lines.every((line) => measure(line) <= 100)).toBe(true);
  });

  test("one endless word is cut, pairs of surrogates stay whole", () => {
    const [line, ...rest] = wrap("😀".repeat(400), measure, 100, 3);
    expect(rest).toEqual([]);
    expect(line).toMatch(/^(😀)+…$/u);
  });
});

describe("isDue", () => {
  test("a fine topic waits until it can be seen", () => {
    expect(isDue(10, 1, true, 800)).toBe(false);
    expect(isDue(60, 1, true, 800)).toBe(true);
  });

  test("the finer the level, the later", () => {
    expect(isDue(36, 1, true, 800)).toBe(true);
    expect(isDue(36, 4, true, 800)).toBe(false);
  });

  test("a coarse topic goes once it fills the view, the finest never", () => {
    expect(isDue(300, 0, false, 800)).toBe(true);
    expect(isDue(900, 0, false, 800)).toBe(false);
    expect(isDue(900, 3, true, 800)).toBe(true);
  });
});
