import { describe, expect, test } from "vitest";
import { project, type Orbit } from "../src/orbit";
import { bodyOf, DepthOrder, foremost, spotOf, wholeOf } from "../src/space";

const COUNT = 500;
const xyz = Uint16Array.from({ length: 3 * COUNT }, (_, i) => (i * 40503 * (1 + (i % 3))) % 65536);
const all = Uint32Array.from({ length: COUNT }, (_, i) => i);
const lens = { focal: 900, x: 600, y: 400 };
const orbits: Orbit[] = Array.from({ length: 12 }, (_, i) => ({
  target: [0.5, 0.5, 0.5],
  azimuth: i * 0.7,
  elevation: Math.sin(i),
  distance: 1.2 + 0.1 * i,
}));
const depthOf = (orbit: Orbit, point: number) => project(orbit, lens, spotOf(xyz, point))[2];

describe("depth order", () => {
  const depth = new DepthOrder(xyz, wholeOf(xyz));

  test("is from back to front, to a layer, and loses nobody", () => {
    for (const orbit of orbits) {
      const sorted = depth.sort(all, 0, orbit);
      expect(new Set(sorted).size).toBe(COUNT);
      for (let i = 1; i < COUNT; i++)
        expect(depthOf(orbit, sorted[i])).toBeLessThan(depthOf(orbit, sorted[i - 1]) + 2 * (4 / 4096));
    }
  });

  test("keeps those with rings at the end", () => {
    const order = all.subarray(100, 300);
    const sorted = depth.sort(order, 50, orbits[3]);
    expect(sorted.length).toBe(200);
    expect(Math.min(...sorted.slice(150))).toBe(250);
    expect(Math.max(...sorted.slice(0, 150))).toBe(249);
  });
});

describe("foremost", () => {
  const width = () => 12;

  test("finds the same as a look at every point", () => {
    for (const orbit of orbits)
      for (const point of [0, 77, 401]) {
        const [x, y] = project(orbit, lens, spotOf(xyz, point));
        const under = [...all].filter((other) => {
          const [ox, oy] = project(orbit, lens, spotOf(xyz, other));
          return Math.hypot(ox - x, oy - y) <= 6;
        });
        const front = Math.min(...under.map((other) => depthOf(orbit, other)));
        expect(depthOf(orbit, foremost(xyz, all, orbit, lens, [x, y], width))).toBeCloseTo(front, 9);
      }
  });

  test("finds nothing in the void, nothing behind the eye, and nothing that is hidden", () => {
    expect(foremost(xyz, all, orbits[0], lens, [-9000, 0], width)).toBe(-1);
    const inside: Orbit = { ...orbits[0], target: [2, 2, 2], distance: 0.1 };
    const [x, y] = project(inside, lens, spotOf(xyz, 5));
    expect(depthOf(inside, 5)).toBeGreaterThan(0);
    expect(foremost(xyz, all.subarray(6, 6), inside, lens, [x, y], width)).toBe(-1);
    const behind: Orbit = { ...inside, azimuth: inside.azimuth + Math.PI, elevation: -inside.elevation };
    expect(depthOf(behind, 5)).toBeLessThan(0);
    const mirrored = project(behind, lens, spotOf(xyz, 5));
    expect(foremost(xyz, Uint32Array.of(5), behind, lens, [mirrored[0], mirrored[1]], width)).toBe(-1);
  });
});

describe("bodies", () => {
  test("a body has one of its points in its middle, and most of them within its radius", () => {
    const points = [...all].filter((point) => point % 3 === 0);
    const body = bodyOf(points, xyz);
    expect(points.map((point) => spotOf(xyz, point))).toContainEqual(body?.centre);
    const within = points.filter((point) => {
      const [x, y, z] = spotOf(xyz, point);
      const [cx, cy, cz] = body?.centre ?? [9, 9, 9];
      return Math.hypot(x - cx, y - cy, z - cz) <= (body?.radius ?? 0) + 1e-12;
    });
    expect(within.length / points.length).toBeGreaterThanOrEqual(0.8);
    expect(bodyOf([], xyz)).toBeNull();
  });

  test("nothing, one point and equal points have a whole that can be looked at", () => {
    for (const few of [new Uint16Array(0), new Uint16Array(3), new Uint16Array(30)]) {
      const { centre, reach, tall, spacing } = wholeOf(few);
      for (const value of [...centre, reach, tall, spacing]) expect(Number.isFinite(value)).toBe(true);
      expect(Math.min(reach, spacing)).toBeGreaterThan(0);
    }
  });
});
