import { describe, expect, test } from "vitest";
import {
  axesOf,
  between,
  distanceFor,
  dot,
  focalOf,
  held,
  nearBy,
  project,
  slideBy,
  turnBy,
  type Lens,
  type Orbit,
  type Vec,
} from "../src/orbit";

/** Numbers in [0, 1) that are the same on every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

function views(count: number): { orbit: Orbit; lens: Lens; next: () => number }[] {
  const next = numbers(count);
  return Array.from({ length: count }, () => {
    const target: Vec = [next(), next(), next()];
    const orbit = { target, azimuth: (next() - 0.5) * 20, elevation: (next() - 0.5) * 2.8, distance: 0.1 + 2 * next() };
    return { orbit, lens: { focal: 200 + 1500 * next(), x: 1200 * next(), y: 800 * next() }, next };
  });
}

describe("orbit", () => {
  test("the axes of every view are at right angles, of length 1, and right-handed", () => {
    for (const { orbit } of views(200)) {
      const { right, up, forward } = axesOf(orbit);
      for (const axis of [right, up, forward]) expect(dot(axis, axis)).toBeCloseTo(1, 12);
      for (const [a, b] of [
        [right, up],
        [right, forward],
        [up, forward],
      ])
        expect(dot(a, b)).toBeCloseTo(0, 12);
      const cross = right[1] * up[2] - right[2] * up[1];
      expect(cross).toBeCloseTo(-forward[0], 12);
      expect(up[1]).toBeGreaterThan(0);
    }
  });

  test("the target stands where the lens says, as far as the distance says", () => {
    for (const { orbit, lens } of views(100)) {
      const [x, y, depth] = project(orbit, lens, orbit.target);
      expect(x).toBeCloseTo(lens.x, 9);
      expect(y).toBeCloseTo(lens.y, 9);
      expect(depth).toBeCloseTo(orbit.distance, 12);
    }
  });

  test("what is farther is smaller, y grows upwards", () => {
    const orbit: Orbit = { target: [0.5, 0.5, 0.5], azimuth: 0, elevation: 0, distance: 2 };
    const lens = { focal: 1000, x: 0, y: 0 };
    expect(project(orbit, lens, [0.6, 0.5, 0.9])[0]).toBeGreaterThan(project(orbit, lens, [0.6, 0.5, 0.1])[0]);
    expect(project(orbit, lens, [0.5, 0.6, 0.5])[1]).toBeLessThan(0);
    expect(project(orbit, lens, [0.5, 0.5, 0.1])[2]).toBeGreaterThan(2);
  });

  test("a turn keeps the target in its place and its distance, and never tips over", () => {
    for (const { orbit, lens, next } of views(200)) {
      const turned = turnBy(orbit, (next() - 0.5) * 4000, (next() - 0.5) * 4000);
      expect(Math.abs(turned.elevation)).toBeLessThan(Math.PI / 2);
      expect(project(turned, lens, orbit.target)[2]).toBeCloseTo(orbit.distance, 12);
    }
  });

  test("a turn takes what is before the target along with the hand", () => {
    for (const { orbit, lens } of views(100)) {
      if (Math.abs(orbit.elevation) > 1.3) continue;
      const { forward } = axesOf(orbit);
      const front = orbit.target.map((v, i) => v - 0.05 * forward[i]) as unknown as Vec;
      const turned = turnBy(orbit, 8, 6);
      const [x, y] = project(turned, lens, front);
      expect(x).toBeGreaterThan(lens.x);
      expect(y).toBeGreaterThan(lens.y);
    }
  });

  test("a slide moves what is as far as the target with the hand", () => {
    for (const { orbit, lens } of views(100)) {
      const { right, up } = axesOf(orbit);
      const beside = orbit.target.map((v, i) => v + 0.04 * right[i] - 0.03 * up[i]) as unknown as Vec;
      const [x, y] = project(orbit, lens, beside);
      const small = 40 / (orbit.distance + 1); // so that the target is not held back
      const slid = slideBy(orbit, { ...lens, focal: lens.focal * 10 }, small, -small);
      const [sx, sy] = project(slid, lens, beside);
      expect(sx - x).toBeCloseTo(small / 10, 6);
      expect(sy - y).toBeCloseTo(-small / 10, 6);
    }
  });

  test("a zoom keeps what is under the mouse, as far as the target, and respects its limits", () => {
    for (const { orbit, lens, next } of views(200)) {
      const [px, py] = [1200 * next(), 800 * next()];
      const { right, up } = axesOf(orbit);
      const [dx, dy] = [(px - lens.x) / lens.focal, (lens.y - py) / lens.focal];
      const spot = orbit.target.map((v, i) => v + orbit.distance * (dx * right[i] + dy * up[i])) as unknown as Vec;
      const near = nearBy(orbit, lens, px, py, 0.2 + 3 * next(), [0.08, 3]);
      expect(near.distance).toBeGreaterThanOrEqual(0.08);
      expect(near.distance).toBeLessThanOrEqual(3);
      const [x, y] = project(near, lens, spot);
      expect(x).toBeCloseTo(px, 6);
      expect(y).toBeCloseTo(py, 6);
    }
  });

  test("nobody gets lost", () => {
    const lost = held({ target: [9, -9, 0.5], azimuth: 0, elevation: 0, distance: 1 });
    expect(lost.target).toEqual([1.25, -0.25, 0.5]);
  });

  test("a flight begins and ends where it should, round the shorter side", () => {
    for (const { orbit, next } of views(100)) {
      const to = { ...orbit, azimuth: orbit.azimuth + (next() - 0.5) * 40, distance: 0.5, elevation: 0.1 };
      expect(between(orbit, to, 0)).toEqual({ ...orbit, distance: expect.closeTo(orbit.distance, 12) });
      const end = between(orbit, to, 1);
      expect(end.distance).toBeCloseTo(0.5, 12);
      expect(Math.cos(end.azimuth - to.azimuth)).toBeCloseTo(1, 9);
      expect(Math.abs(end.azimuth - orbit.azimuth)).toBeLessThanOrEqual(Math.PI + 1e-9);
    }
  });

  test("from the distance that is found a body is in view on every side", () => {
    const size = { width: 800, height: 600 };
    const lens = { focal: focalOf(size.height), x: 400, y: 300 };
    for (const elevation of [0, 0.22, 0.5]) {
      const distance = distanceFor(0.5, 0.3, elevation, lens.focal, size);
      for (let azimuth = 0; azimuth < 6.3; azimuth += 0.21) {
        const orbit: Orbit = { target: [0.5, 0.5, 0.5], azimuth, elevation, distance };
        for (const point of [
          [1, 0.5, 0.5],
          [0, 0.5, 0.5],
          [0.5, 0.8, 0.5],
          [0.5, 0.2, 0.5],
        ] as const) {
          const [x, y] = project(orbit, lens, point);
          expect(Math.abs(x - 400)).toBeLessThanOrEqual(400);
          expect(Math.abs(y - 300)).toBeLessThanOrEqual(300);
        }
      }
    }
  });
});
