/** Chosen points as a table for a spreadsheet. */

import { topicPath, type Cell, type MapData } from "./data";
import { written } from "./fields";

/** A spreadsheet takes a cell that starts so for a formula; such text gets a ' in front. */
const FORMULA = /^[=+\-@\t\r\n\0＝＋－＠]/;

/** One line a point: title, topics from coarse to fine, the columns of the card, the text and the link. */
export function toCsv(data: MapData, points: readonly number[]): string {
  const levels = data.levels.map((_, k) => (k === 0 ? "topic" : `topic_level_${k}`)).reverse();
  const head = ["title", ...levels, ...data.fields.map((field) => field.name)];
  if (data.texts) head.push("text");
  if (data.links) head.push("link");
  const lines = points.map((point) => {
    const path = topicPath(data, point);
    const labels = data.levels.map((_, k) => path.find((topic) => topic.level === k)?.label ?? "").reverse();
    const line: Cell[] = [data.names[point], ...labels];
    for (const field of data.fields) {
      const cell = field.cells[point];
      line.push(field.kind === "number" ? cell : written(field, cell));
    }
    if (data.texts) line.push(data.texts[point]);
    if (data.links) line.push(data.links.safe[point] ?? data.links.refused[point] ?? "");
    return line;
  });
  return [head, ...lines].map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
}

function quoted(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const text = String(cell ?? "");
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
