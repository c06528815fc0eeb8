/** Columns: their values as numbers, and as people write them. */

import type { Cell, Field } from "./data";

/** Numbers and dates of a column; NaN where there is none. */
export function valuesOf(field: Field): Float64Array {
  return Float64Array.from(field.cells, (cell) => (typeof cell === "number" ? cell : NaN));
}

/** Whether a column can be put along a line. */
export function isMeasure(field: Field): boolean {
  return field.kind === "number" || field.kind === "date";
}

/** A value as text; years and ids keep their digits together. */
export function written(field: Field, cell: Cell): string {
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (typeof cell !== "number") return cell ?? "";
  if (field.kind === "date") return dateText(cell);
  return Number.isInteger(cell) ? String(cell) : String(Number(cell.toPrecision(6)));
}

const DAY = 86_400_000;

/** A day as 2001-12-31; with hours and minutes, in UTC, when it has a fraction. */
export function dateText(days: number): string {
  const date = new Date(Math.round(days * DAY));
  if (Number.isNaN(date.getTime())) return String(days);
  const [day, time] = date.toISOString().split("T");
  return Number.isInteger(days) ? day : `${day} ${time.slice(0, 5)}`;
}
