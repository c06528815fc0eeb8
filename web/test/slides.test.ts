import { expect, test } from "vitest";
import { slideAfter } from "../src/slides";

test("keys of a keyboard and of a presenter lead on and back, and stop at the ends", () => {
  expect(["ArrowRight", " ", "PageDown", "Enter"].map((key) => slideAfter(key, 2, 7))).toEqual([3, 3, 3, 3]);
  expect(["ArrowLeft", "PageUp", "Backspace"].map((key) => slideAfter(key, 2, 7))).toEqual([1, 1, 1]);
  expect([slideAfter("ArrowRight", 6, 7), slideAfter("ArrowLeft", 0, 7)]).toEqual([6, 0]);
  expect([slideAfter("Home", 4, 7), slideAfter("End", 4, 7)]).toEqual([0, 6]);
});

test("other keys lead nowhere", () => {
  expect(["a", "Tab", "Shift", "F5"].map((key) => slideAfter(key, 2, 7))).toEqual([null, null, null, null]);
});
