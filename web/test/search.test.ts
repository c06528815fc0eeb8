import { describe, expect, test } from "vitest";
import { fold, SearchIndex } from "../src/search";

describe("fold", () => {
  test.each([
    ["Amélie", "amelie"],
    ["AME\u0301LIE", "amelie"],
    ["Straße", "strasse"],
    ["ŁÓDŹ", "łodz"],
    ["ΟΔΟΣ", "οδοσ"],
    ["ﬁlm", "film"],
    ["Ｆｕｌｌ", "full"],
    ["東京", "東京"],
    ["😀 Smile", "😀 smile"],
  ])("%s → %s", (text, folded) => expect(fold(text)).toBe(folded));
});

describe("find", () => {
  const index = new SearchIndex(
    ["Café Lumière", "The Café", "café", "Inception", "Nothing"],
    ["tea", "", "", "a dream in a CAFE", "of the kind"],
  );

  test("ranks the whole title, then its start, then its inside, then texts", () => {
    expect(index.find("cafe")).toEqual([2, 0, 1, 3]);
  });

  test("ignores accents and case on both sides", () => {
    expect(index.find("LUMIÈRE")).toEqual([0]);
    expect(index.find("lumiere")).toEqual([0]);
  });

  test("reads the query as plain text, not as a pattern", () => {
    expect(index.find(".*")).toEqual([]);
    expect(index.find("(")).toEqual([]);
  });

  test("finds nothing for nothing", () => expect(index.find("  ")).toEqual([]));

  test("works without texts", () => expect(new SearchIndex(["a", "b"], null).find("B")).toEqual([1]));
});
