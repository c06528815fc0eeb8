import { expect, test } from "vitest";
import { decode, isNoise, members, parentOf, partsOf, topicPath, unpack } from "../src/data";

const head = {
  replaced: 2,
  count: 3,
  xy: 0,
  xyz: null,
  names: ["a", "b", "c"],
  texts: null,
  levels: [
    {
      assignment: 1,
      topics: [
        [7, "fine", ["x"], 1, 0, [2], "holds"],
        [9, "other", [], 1, 0, [], ""],
      ],
    },
    { assignment: 2, topics: [[3, "coarse", [], 2, -1, [], ""]] },
  ],
  fields: [{ name: "year", kind: "number", cells: [1999, null, 2001] }],
  links: { safe: ["https://example.org", null, null], refused: { 1: "javascript:x" } },
  sprites: null,
  arrays: [
    ["u2", 0, 6],
    ["i2", 16, 3],
    ["i2", 24, 3],
  ],
};

function pack(): Uint8Array<ArrayBuffer> {
  let text = JSON.stringify(head);
  text += " ".repeat((8 - ((4 + text.length) % 8)) % 8);
  const bytes = new Uint8Array(4 + text.length + 32);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(new TextEncoder().encode(text), 4);
  bytes.set(new Uint8Array(Uint16Array.of(0, 0, 65535, 1, 5, 65535).buffer), 4 + text.length);
  bytes.set(new Uint8Array(Int16Array.of(1, -1, 0).buffer), 4 + text.length + 16);
  bytes.set(new Uint8Array(Int16Array.of(0, -1, 0).buffer), 4 + text.length + 24);
  return bytes;
}

test("unpack reads words and arrays", () => {
  const data = unpack(pack().buffer);
  expect([...data.xy]).toEqual([0, 0, 65535, 1, 5, 65535]);
  expect(data.levels[0].topics[0]).toEqual({
    level: 0,
    place: 0,
    id: 7,
    label: "fine",
    keywords: ["x"],
    size: 1,
    parent: 0,
    exemplars: [2],
    verdict: "holds",
  });
  expect(data.replaced).toBe(2);
});

test("paths run from coarse to fine; noise has none", () => {
  const data = unpack(pack().buffer);
  expect(topicPath(data, 0).map((topic) => topic.label)).toEqual(["coarse", "other"]);
  expect(topicPath(data, 1)).toEqual([]);
  expect([0, 1, 2].map((point) => isNoise(data, point))).toEqual([false, true, false]);
  expect(isNoise({ ...data, levels: [] }, 1)).toBe(false);
  expect(parentOf(data, data.levels[0].topics[1])?.label).toBe("coarse");
  expect(parentOf(data, data.levels[1].topics[0])).toBeUndefined();
  expect(partsOf(data, data.levels[1].topics[0]).map((topic) => topic.label)).toEqual(["fine", "other"]);
  expect(partsOf(data, data.levels[0].topics[0])).toEqual([]);
  expect(members(data, data.levels[1].topics[0])).toEqual([0, 2]);
});

test("decode undoes base64 and gzip", async () => {
  const squeezed = await new Response(
    new Blob([pack()]).stream().pipeThrough(new CompressionStream("gzip")),
  ).arrayBuffer();
  const base64 = btoa(String.fromCharCode(...new Uint8Array(squeezed)));
  expect((await decode(base64)).names).toEqual(["a", "b", "c"]);
});
