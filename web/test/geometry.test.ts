import { describe, expect, test } from "vitest";
import { boxOf, group, PointIndex, shapeOf, STEPS } from "../src/geometry";

const at = (...spots: [number, number][]) => Uint16Array.from(spots.flat().map((v) => Math.round(v * STEPS)));

function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

describe("shapeOf", () => {
  test("the anchor of a ring is on the ring, not in the void of its middle", () => {
    const ring = Array.from({ length: 200 }, (_, i): [number, number] => {
      const angle = (i / 200) * 2 * Math.PI;
      return [0.5 + 0.4 * Math.cos(angle), 0.5 + 0.4 * Math.sin(angle)];
    });
    const shape = shapeOf([...ring.keys()], at(...ring));
    expect(Math.hypot(shape!.x - 0.5, shape!.y - 0.5)).toBeGreaterThan(0.35);
  });

  test("the anchor is in the denser of two parts", () => {
    const next = numbers(3);
    const few = Array.from({ length: 40 }, (): [number, number] => [0.1 + 0.1 * next(), 0.1 + 0.1 * next()]);
    const many = Array.from({ length: 160 }, (): [number, number] => [0.8 + 0.1 * next(), 0.8 + 0.1 * next()]);
    const all = [...few, ...many];
    const shape = shapeOf([...all.keys()], at(...all));
    expect(Math.min(shape!.x, shape!.y)).toBeGreaterThan(0.75);
  });

  test("a few strays do not stretch the box", () => {
    const spots = Array.from({ length: 200 }, (_, i): [number, number] => [0.5 + (i % 20) / 400, 0.5 + i / 4000]);
    spots[0] = [0, 0];
    expect(shapeOf([...spots.keys()], at(...spots))!.box.x0).toBeGreaterThan(0.45);
  });

  test("one point, many at one spot, and none", () => {
    expect(shapeOf([0], at([0.25, 0.75]))).toMatchObject({
      x: expect.closeTo(0.25, 4),
      y: expect.closeTo(0.75, 4),
      radius: 0,
    });
    expect(shapeOf([0, 1, 2], at([0.5, 0.5], [0.5, 0.5], [0.5, 0.5]))!.radius).toBe(0);
    expect(shapeOf([], at())).toBeNull();
  });
});

describe("PointIndex", () => {
  test("agrees with a search of all points", () => {
    const next = numbers(11);
    const xy = Uint16Array.from({ length: 2000 }, () => next() * STEPS);
    const index = new PointIndex(xy, 1000);
    for (let i = 0; i < 200; i++) {
      const [x, y, radius] = [next() * 1.2 - 0.1, next() * 1.2 - 0.1, 0.002 + 0.05 * next()];
      const away = (p: number) => Math.hypot(xy[2 * p] / STEPS - x, xy[2 * p + 1] / STEPS - y);
      const nearest = Array.from({ length: 1000 }, (_, p) => p).reduce((a, b) => (away(b) < away(a) ? b : a));
      const found = index.nearest(x, y, radius);
      if (away(nearest) > radius) expect(found).toBe(-1);
      else expect(away(found)).toBeCloseTo(away(nearest), 9);
    }
  });

  test("an empty map has no nearest point", () => {
    expect(new PointIndex(new Uint16Array(0), 0).nearest(0.5, 0.5, 1)).toBe(-1);
  });
});

test("boxOf no points is the unit square", () => {
  expect(boxOf([], at())).toEqual({ x0: 0, y0: 0, x1: 1, y1: 1 });
  expect(boxOf([0, 1], at([0.2, 0.4], [0.6, 0.1])).x1).toBeCloseTo(0.6, 4);
});

test("group leaves noise out", () => {
  const topic = (place: number) => ({
    ...{ level: 0, place, id: place, label: "", keywords: [], size: 0, parent: -1 },
    ...{ exemplars: [], verdict: "" },
  });
  expect(group({ assignment: Int16Array.of(1, -1, 0, 1), topics: [topic(0), topic(1)] })).toEqual([[2], [0, 3]]);
});
