import { describe, expect, test } from "vitest";
import { heightOf, inView, layOut, moved, placeOf } from "../src/gridLayout";
import { bareFirst } from "../src/sprites";

const WIDTHS = [200, 320, 361, 640, 1_066, 2_400];
const COUNTS = [1, 2, 7, 132, 5_000];
const every = WIDTHS.flatMap((width) => COUNTS.map((count) => ({ width, count, cells: layOut(count, width, 132) })));

test("cells fill the width, three in a line at least, none wider than asked where there is room", () => {
  for (const { width, cells } of every) {
    const right = placeOf(cells, cells.columns - 1)[0] + cells.side;
    expect(cells.columns).toBeGreaterThanOrEqual(3);
    expect(right).toBeLessThanOrEqual(width);
    expect(right).toBeGreaterThan(width - cells.columns);
    if (cells.columns > 3) expect(cells.side).toBeLessThanOrEqual(132);
  }
});

test("no two cells overlap and the last one ends within the height", () => {
  for (const { count, cells } of every) {
    const [x0, y0] = placeOf(cells, 0);
    const [, y1] = placeOf(cells, cells.columns);
    expect([x0, y0]).toEqual([0, 0]);
    expect(y1 - y0).toBeGreaterThan(cells.side);
    expect(placeOf(cells, count - 1)[1] + cells.side).toBeLessThanOrEqual(heightOf(cells));
  }
});

describe("what is in view", () => {
  test("covers every cell that can be seen, and little more", () => {
    for (const { count, cells } of every)
      for (const top of [0, 55, heightOf(cells) / 2, Math.max(heightOf(cells) - 600, 0)]) {
        const [first, last] = inView(cells, top, 600);
        for (let cell = 0; cell < count; cell++) {
          const y = placeOf(cells, cell)[1];
          const seen = y + cells.line > top && y < top + 600;
          if (seen) expect(cell >= first && cell < last).toBe(true);
        }
        expect(last - first).toBeLessThanOrEqual((600 / cells.line + 4) * cells.columns);
      }
  });

  test("is nothing of nothing", () => {
    expect(inView(layOut(0, 600, 132), 0, 600)).toEqual([0, 0]);
  });
});

describe("keys", () => {
  const cells = layOut(13, 620, 132); // five in a line: 5, 5, 3
  const go = (from: number, key: string) => moved(cells, from, key, 2 * cells.line);

  test("lead to the neighbour and stop at the edges", () => {
    expect(cells.columns).toBe(5);
    expect([go(0, "ArrowLeft"), go(0, "ArrowRight"), go(12, "ArrowRight")]).toEqual([0, 1, 12]);
    expect([go(3, "ArrowUp"), go(8, "ArrowUp"), go(3, "ArrowDown"), go(11, "ArrowDown")]).toEqual([3, 3, 8, 11]);
  });

  test("reach the end of a short last line from above it", () => {
    expect(go(9, "ArrowDown")).toBe(12);
  });

  test("jump by pages and to the ends", () => {
    expect([go(0, "PageDown"), go(12, "PageUp"), go(5, "Home"), go(5, "End")]).toEqual([10, 2, 0, 12]);
  });

  test("that mean nothing here lead nowhere", () => {
    expect(["a", "Tab", "Escape", "toString"].map((key) => go(3, key))).toEqual([null, null, null, null]);
  });

  test("never leave the grid", () => {
    for (const { count, cells: some } of every)
      for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"])
        for (const from of [0, count >> 1, count - 1]) {
          const to = moved(some, from, key, 400);
          expect(to !== null && to >= 0 && to < count).toBe(true);
        }
  });
});

test("points without a picture come first, those with a ring stay last", () => {
  const index = Int32Array.of(0, -1, 1, -1, -1, 2);
  const [order, bare] = bareFirst(Uint32Array.of(5, 4, 2, 1, 3, 0), 2, index);
  expect([...order]).toEqual([4, 1, 5, 2, 3, 0]);
  expect(bare).toBe(2);
});
