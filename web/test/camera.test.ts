import { describe, expect, test } from "vitest";
import { easeInOut, fit, flight, panBy, toScreen, toWorld, zoomAt, type Camera } from "../src/camera";

const size = { width: 1200, height: 800 };
const camera: Camera = { x: 0.4, y: 0.6, scale: 500 };

describe("camera", () => {
  test("screen and world are inverse", () => {
    const [x, y] = toWorld(camera, size, ...toScreen(camera, size, 0.123, 0.87));
    expect(x).toBeCloseTo(0.123, 12);
    expect(y).toBeCloseTo(0.87, 12);
  });

  test("y grows upwards", () => {
    expect(toScreen(camera, size, 0.4, 0.7)[1]).toBeLessThan(toScreen(camera, size, 0.4, 0.6)[1]);
  });

  test("a zoom keeps the spot under the mouse and respects its limits", () => {
    const before = toWorld(camera, size, 300, 200);
    const zoomed = zoomAt(camera, size, 300, 200, 3, [100, 1000]);
    expect(zoomed.scale).toBe(1000);
    const after = toWorld(zoomed, size, 300, 200);
    expect(after[0]).toBeCloseTo(before[0], 12);
    expect(after[1]).toBeCloseTo(before[1], 12);
  });

  test("a pan moves the world with the hand", () => {
    const [x, y] = toScreen(camera, size, 0.5, 0.5);
    const [px, py] = toScreen(panBy(camera, 30, -20), size, 0.5, 0.5);
    expect([px - x, py - y]).toEqual([expect.closeTo(30, 9), expect.closeTo(-20, 9)]);
  });

  test("fit shows the whole box inside the free part", () => {
    const insets = { left: 300, right: 50, top: 20, bottom: 40 };
    const fitted = fit({ x0: 0.1, y0: 0.2, x1: 0.9, y1: 0.5 }, size, insets);
    for (const [x, y] of [
      [0.1, 0.2],
      [0.9, 0.5],
    ]) {
      const [px, py] = toScreen(fitted, size, x, y);
      expect(px).toBeGreaterThanOrEqual(300 - 1e-9);
      expect(px).toBeLessThanOrEqual(1150 + 1e-9);
      expect(py).toBeGreaterThanOrEqual(20 - 1e-9);
      expect(py).toBeLessThanOrEqual(760 + 1e-9);
    }
    const [left] = toScreen(fitted, size, 0.1, 0.3);
    expect(left).toBeCloseTo(300, 9); // the width decides here
  });

  test("fit of a single point stays finite", () => {
    const fitted = fit({ x0: 0.5, y0: 0.5, x1: 0.5, y1: 0.5 }, size, undefined, 4000);
    expect(fitted).toEqual({ x: 0.5, y: 0.5, scale: 4000 });
  });
});

describe("flight", () => {
  const far: Camera = { x: 0.9, y: 0.1, scale: 5000 };

  test("starts and ends where it should", () => {
    const path = flight(camera, far, size);
    const start = path.at(0);
    expect(start.x).toBeCloseTo(camera.x, 9);
    expect(start.scale).toBeCloseTo(camera.scale, 6);
    expect(path.at(1)).toEqual(far);
    const last = path.at(1 - 1e-9);
    expect(last.x).toBeCloseTo(far.x, 6);
    expect(last.scale / far.scale).toBeCloseTo(1, 5);
  });

  test("between two deep places it climbs to see both", () => {
    const near = { x: 0.1, y: 0.9, scale: 5000 };
    const middle = flight(near, far, size).at(0.5);
    expect(middle.scale).toBeLessThan(2000);
  });

  test("on the spot it only zooms", () => {
    const path = flight(camera, { ...camera, scale: 2000 }, size);
    expect(path.at(0.5)).toEqual({ x: camera.x, y: camera.y, scale: expect.closeTo(1000, 6) });
  });

  test("every camera on the way is finite and no flight is long", () => {
    for (const to of [camera, far, { x: 0.4 + 1e-7, y: 0.6, scale: 501 }]) {
      const path = flight(camera, to, size);
      expect(path.seconds).toBeLessThanOrEqual(1.6);
      for (let i = 0; i <= 10; i++) {
        const { x, y, scale } = path.at(i / 10);
        expect([x, y, scale].every(Number.isFinite)).toBe(true);
        expect(scale).toBeGreaterThan(0);
      }
    }
  });

  test("easing goes from 0 to 1 without turning back", () => {
    const steps = Array.from({ length: 21 }, (_, i) => easeInOut(i / 20));
    expect(steps[0]).toBe(0);
    expect(steps[20]).toBe(1);
    expect(steps.every((step, i) => i === 0 || step >= steps[i - 1])).toBe(true);
  });
});
