/** Cards of many points: a topic, or what a lasso holds. */

import { countBins, edgeText, measureOf } from "./bins";
import { dot, type CardContext } from "./card";
import { css } from "./colour";
import { toCsv } from "./csv";
import { isNoise, parentOf, topicPath, type Field, type MapData, type Topic } from "./data";
import { bars, button, count, h, share } from "./dom";
import { written } from "./fields";
import { pictureStrip } from "./grid";

const EXEMPLARS = 8;
const LISTED = 200;
const GROUPS = 4;

/** Title, words, size and share, time line, groups, and the points that stand for it. */
export function topicCard(
  context: CardContext,
  topic: Topic,
  points: readonly number[],
  onPoint: (point: number) => void,
): HTMLElement[] {
  const { data, palette, theme } = context;
  const parent = parentOf(data, topic);
  const shown = topic.exemplars.length > 0 ? topic.exemplars.slice(0, EXEMPLARS) : spread(points, EXEMPLARS);
  return [
    h("h2", { dir: "auto" }, dot(css(palette.point(topic, theme))), topic.label || "Unnamed topic"),
    parent ? h("p", { className: "path", dir: "auto" }, `in ${parent.label}`) : null,
    h("p", { className: "facts" }, `${count(topic.size)} points, ${share(topic.size, data.count)} of the map`),
    strip(context, topic.label || "Unnamed topic", [...new Set([...topic.exemplars, ...points])]),
    topic.verdict ? h("p", { className: "verdict", dir: "auto" }, topic.verdict) : null,
    topic.keywords.length > 0
      ? h("p", { className: "words" }, ...topic.keywords.map((word) => h("bdi", {}, word)))
      : null,
    ...timeLine(data, points),
    ...groups(data, points),
    h("h3", {}, topic.exemplars.length > 0 ? "In the middle of it" : "Some of its points"),
    pointList(data, shown, onPoint),
  ].filter((part) => part !== null);
}

/** How many points were chosen, what they are, their names, and all of it as a file. */
export function lassoCard(
  context: CardContext,
  points: readonly number[],
  onPoint: (point: number) => void,
): HTMLElement[] {
  const { data } = context;
  if (points.length === 0) return [h("h2", {}, "No point in the lasso")];
  const more = points.length > LISTED ? h("p", { className: "facts" }, `The first ${LISTED} are listed.`) : null;
  const save = button("visit", "Save as CSV", () => download(toCsv(data, points)), "Save as CSV");
  const chosen = `${count(points.length)} ${points.length === 1 ? "point" : "points"} chosen`;
  return [
    h("h2", {}, chosen),
    h("p", { className: "facts" }, `${share(points.length, data.count)} of the map`),
    strip(context, chosen, points),
    save,
    ...mix("Topics", tally(points, (point) => topicName(data, point)), points.length),
    ...timeLine(data, points),
    ...groups(data, points),
    h("h3", {}, "Points"),
    more,
    pointList(data, points.slice(0, LISTED), onPoint),
  ].filter((part) => part !== null);
}

/** A few pictures of points that open all of them; null on a map without pictures. */
function strip({ sheet, showPictures }: CardContext, title: string, points: readonly number[]): HTMLElement | null {
  return showPictures ? pictureStrip(sheet, points, () => showPictures(title, points)) : null;
}

function topicName(data: MapData, point: number): string {
  return topicPath(data, point).at(-1)?.label ?? (isNoise(data, point) ? "in no topic (noise)" : "");
}

function pointList(data: MapData, points: readonly number[], onPoint: (point: number) => void): HTMLElement {
  const list = h("ul", { className: "members" });
  for (const point of points) {
    const name = data.names[point] || "Untitled";
    const row = button("member", name, () => onPoint(point), h("bdi", {}, name));
    list.append(h("li", {}, row));
  }
  return list;
}

function spread(points: readonly number[], most: number): number[] {
  const step = Math.max(1, points.length / most);
  return Array.from({ length: Math.min(most, points.length) }, (_, i) => points[Math.floor(i * step)]);
}

function timeLine(data: MapData, points: readonly number[]): HTMLElement[] {
  const field = data.fields.find(({ kind }) => kind === "date");
  if (!field) return [];
  const { values, edges } = measureOf(field);
  if (edges.length < 3) return [];
  const counts = countBins(edges, values, points);
  const ends = [edges[0], edges[edges.length - 1]].map((edge) => h("bdi", {}, edgeText(field, edge)));
  return [
    h("h3", { dir: "auto" }, field.name),
    h("div", { className: "timeline" }, bars(counts)),
    h("p", { className: "ends" }, ...ends),
  ];
}

/** Shares of the most frequent values of the first column of categories. */
function groups(data: MapData, points: readonly number[]): HTMLElement[] {
  const field: Field | undefined = data.fields.find(({ kind }) => kind === "category");
  return field ? mix(field.name, tally(points, (point) => written(field, field.cells[point])), points.length) : [];
}

function tally(points: readonly number[], nameOf: (point: number) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const point of points) {
    const name = nameOf(point);
    if (name !== "") counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

function mix(title: string, tallied: readonly [string, number][], whole: number): HTMLElement[] {
  if (tallied.length === 0) return [];
  const list = h("ul", { className: "mix" });
  for (const [name, size] of tallied.slice(0, GROUPS)) {
    const bar = h("i");
    bar.style.width = `${(100 * size) / whole}%`;
    list.append(h("li", {}, h("bdi", {}, name), h("span", { className: "number" }, share(size, whole)), bar));
  }
  const rest = tallied.length - GROUPS;
  if (rest > 0) list.append(h("li", { className: "rest" }, `and ${count(rest)} more`));
  return [h("h3", { dir: "auto" }, title), list];
}

/** Hand a table to the reader as a file, from memory; the mark at its start tells spreadsheets that it is UTF-8. */
function download(table: string): void {
  const address = URL.createObjectURL(new Blob(["\ufeff", table], { type: "text/csv" }));
  const anchor = h("a");
  anchor.href = address;
  anchor.download = "points.csv";
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
