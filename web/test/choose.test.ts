import { describe, expect, test } from "vitest";
import { outline } from "../src/contour";
import { toCsv } from "../src/csv";
import type { MapData, Topic } from "../src/data";
import { readLink, writeLink, type DeepLink } from "../src/deepLink";
import { DIM, focusOf, HIDDEN, HIT, LIT, litPoints, type Filter } from "../src/filter";
import { STEPS } from "../src/geometry";
import { GRAIN, pointsIn, polygonOf } from "../src/lasso";

const topic = (place: number): Topic => ({
  level: 0, place, id: place, label: `T${place}`, keywords: [], size: 2, parent: -1, exemplars: [], verdict: "",
}); // prettier-ignore

const data = {
  count: 5,
  names: ["a", "=1+1", 'say "hi"', "d", "e"],
  texts: ["x", "y", "line\nbreak", "", "z"],
  levels: [{ assignment: Int16Array.of(0, 0, 1, 1, -1), topics: [topic(0), topic(1)] }],
  fields: [
    { name: "year", kind: "number", cells: [-1, 2, null, 4, 5] },
    { name: "day", kind: "date", cells: [0, 1, 2, 3, 4] },
  ],
  links: { safe: ["https://example.org", null, null, null, null], refused: { 1: "javascript:x" } },
} as unknown as MapData;

describe("focus", () => {
  const off = { topicsOff: new Set<Topic>(), classesOff: new Set<number>() };
  const none: Filter = { hits: null, topic: null, lasso: null, range: null, ...off };
  const code = Int32Array.of(0, 0, 1, 1, -1);
  const focus = (filter: Partial<Filter>) => [...focusOf(data, code, { ...none, ...filter })];

  test("all are lit when nothing is asked", () => expect(focus({})).toEqual(Array(5).fill(LIT)));

  test("topic, lasso and brush add up; what is off is hidden", () => {
    const values = Float64Array.of(1, 2, NaN, 4, 5);
    expect(focus({ topic: topic(0) })).toEqual([LIT, LIT, DIM, DIM, DIM]);
    expect(focus({ range: { values, from: 2, to: 5 } })).toEqual([DIM, LIT, DIM, LIT, DIM]);
    expect(focus({ range: { values, from: 2, to: 5 }, lasso: new Set([3]) })).toEqual([DIM, DIM, DIM, LIT, DIM]);
    expect(focus({ classesOff: new Set([-1]) })).toEqual([LIT, LIT, LIT, LIT, HIDDEN]);
    expect(focus({ topicsOff: new Set([data.levels[0].topics[1]]) })).toEqual([LIT, LIT, HIDDEN, HIDDEN, LIT]);
  });

  test("hits outshine the topic but not the brush", () => {
    const range = { values: Float64Array.of(1, 2, 3, 4, 5), from: 2, to: 9 };
    const found = focus({ hits: new Set([0, 4]), topic: topic(1), range });
    expect(found).toEqual([DIM, DIM, DIM, DIM, HIT]);
    expect(litPoints(Uint8Array.from(found))).toEqual([4]);
  });
});

describe("lasso", () => {
  test("holds what is inside, by the even-odd rule", () => {
    const xy = Uint16Array.from([0.5, 0.5, 0.1, 0.1, 0.9, 0.5, 0.3, 0.7].map((v) => Math.round(v * STEPS)));
    const square = [0.2, 0.2, 0.8, 0.2, 0.8, 0.8, 0.2, 0.8].map((v) => v * GRAIN);
    expect(pointsIn(square, xy)).toEqual([0, 3]);
  });

  test("keeps at most sixty corners of a path, none of a mere touch", () => {
    const camera = { x: 0.5, y: 0.5, scale: 100 };
    const size = { width: 100, height: 100 };
    const spot = (i: number): [number, number] => [50 + 40 * Math.cos(i), 50 + 40 * Math.sin(i)];
    const path = Array.from({ length: 500 }, (_, i) => spot(i));
    expect(polygonOf(path, camera, size)?.length).toBe(120);
    expect(polygonOf([[50, 50]], camera, size)).toBeNull();
    expect(polygonOf([[50, 50], [100, 50], [50, 0]], camera, size)).toEqual([5000, 5000, 10_000, 5000, 5000, 10_000]);
  });
});

describe("outline", () => {
  const disc = (x: number, y: number) =>
    Array.from({ length: 400 }, (_, i) => {
      const radius = 0.1 * Math.sqrt(i / 400);
      return [x + radius * Math.cos(i * 2.4), y + radius * Math.sin(i * 2.4)];
    }).flat();
  const steps = (values: number[]) => Uint16Array.from(values, (v) => Math.round(v * STEPS));

  test("f072: one ring goes around a disc, about as large as it", () => {
    const rings = outline([...Array(400).keys()], steps(disc(0.5, 0.5)));
    expect(rings.length).toBe(1);
    for (const [x, y] of rings[0]) {
      expect(Math.hypot(x - 0.5, y - 0.5)).toBeGreaterThan(0.08);
      expect(Math.hypot(x - 0.5, y - 0.5)).toBeLessThan(0.125);
    }
  });

  test("f072: two places get two rings", () => {
    expect(outline([...Array(800).keys()], steps([...disc(0.2, 0.2), ...disc(0.8, 0.8)])).length).toBe(2);
  });

  test("f072: too few points and points on one spot are no trouble", () => {
    expect(outline([0, 1], steps([0.1, 0.1, 0.2, 0.2]))).toEqual([]);
    expect(() => outline([0, 1, 2], steps([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]))).not.toThrow();
  });
});

test("a table for a spreadsheet: quotes doubled, formulas dead, numbers as they are", () => {
  expect(toCsv(data, [0, 1, 2, 4])).toBe(
    [
      "title,topic,year,day,text,link",
      "a,T0,-1,1970-01-01,x,https://example.org",
      "'=1+1,T0,2,1970-01-02,y,javascript:x",
      '"say ""hi""",T1,,1970-01-03,"line\nbreak",',
      "e,,5,1970-01-05,z,",
      "",
    ].join("\r\n"),
  );
});

describe("deep link", () => {
  const bare = readLink("");
  const full: DeepLink = {
    at: [0.5, -0.25, 3.5], query: "a&b=c #ü", point: 7, topic: [1, 3], lasso: [1, 2, 3, 4, -5, 6], colour: "Größe = x",
    brush: { name: "year", from: -1.5, to: 2e-7 }, topicsOff: [[0, 2], [1, 0]], classesOff: [0, -1], outlines: true,
  }; // prettier-ignore

  test("what is written is read back", () => {
    expect(readLink(`#${writeLink(full)}`)).toEqual(full);
    expect(writeLink(bare)).toBe("");
  });

  test.each([
    "#at=1_2", "#at=1_2_0", "#at=1_2_-3", "#at=a_b_c", "#at=Infinity_1_1", "#point=", "#point=x", "#topic=1", "#lasso=1_2_3_4",
    "#lasso=1_2_3_4_5_6_7", "#brush=year", "#brush=year&from=3&to=2", "#brush=year&from=NaN&to=2", "#off=1.2_x", "#without=a.",
    "#%", "#%E0%A4%A", "#__proto__=1",
  ])("%s says nothing", (hash) => {
    const { topicsOff, classesOff, ...rest } = readLink(hash);
    expect([rest.at, rest.lasso, rest.brush, rest.topic, rest.point]).toEqual(Array(5).fill(null));
    expect([...topicsOff, ...classesOff]).toEqual([]);
  });
});
