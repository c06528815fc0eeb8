import { expect, test } from "vitest";
import { pointSize, spriteSize } from "../src/sizes";

const spacing = (n: number) => 1 / Math.sqrt(n);

test("points shrink in a crowd and grow with the zoom, within limits", () => {
  const sizes = [100, 2_000, 100_000].map((n) => pointSize(spacing(n), 800, 800));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  expect(sizes[2]).toBeGreaterThanOrEqual(1.6);
  expect(pointSize(spacing(2_000), 800, 8_000)).toBeGreaterThan(sizes[1] * 2);
  expect(pointSize(spacing(10), 800, 40_000)).toBe(20);
});

test("two thousand pictures are drawn from the start, a hundred thousand only further in", () => {
  expect(spriteSize(spacing(2_000), 2_000, 800)).toBeGreaterThan(15);
  expect(spriteSize(spacing(100_000), 100_000, 800)).toBe(0);
  expect(spriteSize(spacing(100_000), 100_000, 8_000)).toBeGreaterThan(20);
});

test("five thousand pictures in tight groups are seen from the start and do not grow until the groups are apart", () => {
  const tight = 0.3 * spacing(5_000);
  const sizes = [700, 1_400, 2_800, 5_600].map((scale) => spriteSize(tight, 5_000, scale));
  expect(sizes[0]).toBeGreaterThan(11);
  expect(sizes.slice(1, 3)).toEqual([16, 16]);
  expect(sizes[3]).toBeGreaterThan(20);
});
