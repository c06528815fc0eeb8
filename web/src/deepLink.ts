/** What is shown, as the part of an address after #, so that a link brings it back. */

export interface DeepLink {
  /** Middle of the free view in the world, and zoom against the whole map; null for the whole map. */
  readonly at: readonly [number, number, number] | null;
  readonly query: string;
  readonly point: number | null;
  /** Level and id. */
  readonly topic: readonly [number, number] | null;
  readonly lasso: readonly number[] | null;
  readonly colour: string | null;
  readonly brush: { readonly name: string; readonly from: number; readonly to: number } | null;
  /** Level and id of topics that are switched off, and places of classes. */
  readonly topicsOff: readonly (readonly [number, number])[];
  readonly classesOff: readonly number[];
  readonly outlines: boolean;
}

export function writeLink(link: DeepLink): string {
  const words = new URLSearchParams();
  const set = (name: string, value: string | null) => value !== null && value !== "" && words.set(name, value);
  set("at", link.at && link.at.map((v) => Number(v.toPrecision(6))).join("_"));
  set("q", link.query);
  set("point", link.point === null ? null : String(link.point));
  set("topic", link.topic && link.topic.join("_"));
  set("lasso", link.lasso && link.lasso.join("_"));
  set("colour", link.colour);
  set("brush", link.brush && link.brush.name);
  set("from", link.brush && String(link.brush.from));
  set("to", link.brush && String(link.brush.to));
  set("off", link.topicsOff.map((topic) => topic.join("_")).join("."));
  set("without", link.classesOff.join("."));
  set("outlines", link.outlines ? "1" : null);
  return words.toString();
}

/** Read the part of an address after #; what makes no sense is left out. */
export function readLink(hash: string): DeepLink {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const many = (text: string | null, separator: string) => (text ? text.split(separator) : []);
  const numbers = (text: string | null) => {
    const all = many(text, "_").map((part) => (part.trim() === "" ? NaN : Number(part)));
    return all.every(Number.isFinite) ? all : [];
  };
  const pair = (text: string | null) => pairs([numbers(text)])[0] ?? null;
  const at = numbers(words.get("at"));
  const lasso = numbers(words.get("lasso"));
  const [point] = numbers(words.get("point"));
  const [from] = numbers(words.get("from"));
  const [to] = numbers(words.get("to"));
  const name = words.get("brush");
  return {
    at: at.length === 3 && at[2] > 0 ? [at[0], at[1], at[2]] : null,
    query: words.get("q") ?? "",
    point: point ?? null,
    topic: pair(words.get("topic")),
    lasso: lasso.length >= 6 && lasso.length % 2 === 0 ? lasso : null,
    colour: words.get("colour"),
    brush: name !== null && from !== undefined && to !== undefined && from < to ? { name, from, to } : null,
    topicsOff: pairs(many(words.get("off"), ".").map(numbers)),
    classesOff: many(words.get("without"), ".").filter(Boolean).map(Number).filter(Number.isInteger),
    outlines: words.get("outlines") === "1",
  };
}

function pairs(all: readonly number[][]): [number, number][] {
  return all.filter((some) => some.length === 2).map(([a, b]) => [a, b]);
}
