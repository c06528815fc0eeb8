import { describe, expect, test } from "vitest";
import { along, binOf, countBins, edgesOf, edgeText } from "../src/bins";
import type { Field } from "../src/data";
import { dateText, valuesOf, written } from "../src/fields";

const day = (text: string) => Date.parse(`${text}T00:00Z`) / 86_400_000;
const numbers = (values: number[]) => edgesOf(Float64Array.from(values), "number");
const dates = (...texts: string[]) => edgesOf(Float64Array.from(texts, day), "date");

describe("edges", () => {
  test.each([
    ["years", Array.from({ length: 200 }, (_, i) => 1800 + i)],
    ["fractions", Array.from({ length: 50 }, (_, i) => i / 49)],
    ["negative", [-3.7, -1, 0, 2.2]],
    ["tiny", [1e-9, 2e-9, 5e-9]],
    ["huge", [-1e15, 3, 1e15]],
    ["skewed", [...Array<number>(100).fill(2), 5, 90, 100_000]],
    ["one value", [4, 4]],
  ])("%s: rise, hold every value, and are not too many", (_, values) => {
    const edges = numbers(values);
    expect(edges.length).toBeLessThan(56);
    edges.slice(1).forEach((edge, i) => expect(edge).toBeGreaterThan(edges[i]));
    expect(values.every((value) => binOf(edges, value) >= 0)).toBe(true);
    expect(countBins(edges, Float64Array.from(values), values.keys()).reduce((a, b) => a + b)).toBe(values.length);
  });

  test("whole numbers get whole bins of one width", () => {
    expect(numbers([1, 2, 3, 4, 5])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(numbers(Array.from({ length: 200 }, (_, i) => i)).map((edge) => edge % 5))).toEqual(new Set([0]));
  });

  test("what is spread wide gets narrow bins where most of it is", () => {
    const edges = numbers([...Array.from({ length: 1000 }, (_, i) => 1 + (i % 10)), 1_000_000]);
    expect(new Set([1, 5, 10].map((value) => binOf(edges, value))).size).toBe(3);
  });

  test("nothing has no edges, and a missing value no bin", () => {
    expect(numbers([])).toEqual([]);
    expect(numbers([NaN])).toEqual([]);
    expect(binOf([], 1)).toBe(-1);
    expect(binOf([0, 1], NaN)).toBe(-1);
    expect(along([0, 1], 2)).toBeNaN();
  });

  test("dates are cut at the starts of years, months and days", () => {
    expect(dates("1950-06-01", "1960-01-01").map(dateText)[0]).toBe("1950-04-01");
    expect(dates("1950-06-01", "1990-01-01").every((edge) => dateText(edge).endsWith("-01-01"))).toBe(true);
    expect(dates("2020-01-15", "2021-06-01").map(dateText).slice(0, 2)).toEqual(["2020-01-01", "2020-02-01"]);
    expect(dates("2020-01-15", "2020-01-17").map(dateText)).toEqual([
      "2020-01-15",
      "2020-01-16",
      "2020-01-17",
      "2020-01-18",
    ]);
    expect(dates("0050-01-01", "2020-01-01").length).toBeLessThan(50);
    expect(dateText(dates("0050-01-01", "0090-01-01")[0])).toBe("0050-01-01");
  });

  test("a value lies along its bins, wide or narrow", () => {
    expect(along([0, 1, 10, 100], 0)).toBe(0);
    expect(along([0, 1, 10, 100], 55)).toBeCloseTo(2.5 / 3);
  });
});

describe("words", () => {
  const field = (kind: Field["kind"], cells: Field["cells"]): Field => ({ name: "f", kind, cells });

  test("values as people write them", () => {
    expect(written(field("number", []), 0.1 + 0.2)).toBe("0.3");
    expect(written(field("number", []), 1999)).toBe("1999");
    expect(written(field("date", []), day("2001-02-03"))).toBe("2001-02-03");
    expect(written(field("date", []), day("2001-02-03") + 0.75)).toBe("2001-02-03 18:00");
    expect(written(field("date", []), 1e9)).toBe("1000000000");
    expect(written(field("category", []), true)).toBe("yes");
    expect(written(field("text", []), null)).toBe("");
  });

  test("an axis of whole years says years", () => {
    const years = field("date", [day("1990-05-05"), day("2010-05-05")]);
    expect(edgeText(years, day("1990-01-01"))).toBe("1990");
    const days = field("date", [day("2020-01-15"), day("2020-01-20")]);
    expect(edgeText(days, day("2020-01-15"))).toBe("2020-01-15");
  });

  test("only numbers have a place on a line", () => {
    expect([...valuesOf(field("number", [1, null, "2"]))]).toEqual([1, NaN, NaN]);
  });
});
