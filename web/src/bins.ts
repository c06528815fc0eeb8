/** Bins of a column: edges at round numbers or on the calendar, wide for what is spread wide. */

import type { Field } from "./data";
import { dateText, valuesOf, written } from "./fields";

const MOST = 48;
const DAY = 86_400_000;

/**
 * Rising edges of at most about 48 bins; a bin takes in its lower edge, and the last edge lies beyond the
 * greatest value. Empty when there is no value.
 */
export function edgesOf(values: Float64Array, kind: "number" | "date"): number[] {
  const sorted = values.filter(Number.isFinite).sort();
  if (sorted.length === 0) return [];
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  if (kind === "date") return calendar(low, high);
  if (low === high) return [low, low + 1];
  return isSkewed(sorted) ? logarithmic(sorted) : linear(low, high, sorted.every(Number.isInteger));
}

/** The bin of a value, −1 when it is in none. */
export function binOf(edges: readonly number[], value: number): number {
  if (!(value >= edges[0] && value < edges[edges.length - 1])) return -1;
  let [low, high] = [0, edges.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** Where a value lies along the bins, 0 to 1; NaN when it is in none. */
export function along(edges: readonly number[], value: number): number {
  const bin = binOf(edges, value);
  if (bin < 0) return NaN;
  return (bin + (value - edges[bin]) / (edges[bin + 1] - edges[bin])) / (edges.length - 1);
}

/** How many of the points are in each bin. */
export function countBins(edges: readonly number[], values: Float64Array, points: Iterable<number>): number[] {
  const counts = edges.slice(1).map(() => 0);
  for (const point of points) {
    const bin = binOf(edges, values[point]);
    if (bin >= 0) counts[bin]++;
  }
  return counts;
}

/** Whether nine tenths of the values would share the first fifth of a plain axis. */
function isSkewed(sorted: Float64Array): boolean {
  const most = sorted[Math.floor(sorted.length * 0.9)];
  return sorted[0] >= 0 && sorted.length > 20 && most < sorted[sorted.length - 1] / 5;
}

function logarithmic(sorted: Float64Array): number[] {
  const [high, unit] = [sorted[sorted.length - 1], sorted[Math.floor(sorted.length / 2)] || 1];
  const top = Math.log1p(high / unit);
  const exact = Array.from({ length: MOST + 1 }, (_, i) => unit * Math.expm1((i / MOST) * top));
  const edges = [...new Set(exact.map((edge) => Number(edge.toPrecision(2))))];
  return edges[edges.length - 1] > high ? edges : [...edges, Number((high * 1.06).toPrecision(2))];
}

function linear(low: number, high: number, whole: boolean): number[] {
  let step = 10 ** Math.floor(Math.log10((high - low) / MOST));
  if (whole) step = Math.max(step, 1);
  for (const factor of [2, 2.5, 2, 2, 2.5, 2]) if ((high - low) / step >= MOST) step *= factor;
  const first = Math.floor(low / step);
  const count = Math.floor(high / step) - first + 1;
  const edges = Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  if (edges[count] <= high) edges.push(Number(((first + count + 1) * step).toPrecision(12)));
  return edges;
}

/** Edges in days since 1970, at the starts of years, months or days. */
function calendar(low: number, high: number): number[] {
  const days = high - low;
  const enough = (one: number, steps: readonly number[]) => steps.find((step) => days / (one * step) < MOST);
  const day = enough(1, [1, 7]);
  if (day) return every(Math.floor(low / day), (k) => k * day, high);
  const month = enough(30.44, [1, 3]);
  const from = new Date(low * DAY);
  if (month) {
    const first = Math.floor((from.getUTCFullYear() * 12 + from.getUTCMonth()) / month);
    return every(first, (k) => startOf(0, k * month), high);
  }
  const year = enough(365.25, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]) ?? 10_000;
  return every(Math.floor(from.getUTCFullYear() / year), (k) => startOf(k * year, 0), high);
}

function every(first: number, edge: (k: number) => number, high: number): number[] {
  const edges = [edge(first)];
  while (edges[edges.length - 1] <= high) edges.push(edge(first + edges.length));
  return edges;
}

function startOf(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 1); // not Date.UTC, which takes the year 50 for 1950
  return date.getTime() / DAY;
}

/** A column along a line: its values, NaN where there is none, its bins, and how many points are in each. */
export interface Measure {
  readonly values: Float64Array;
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** An edge as text; on an axis of whole years only the year. */
export function edgeText(field: Field, edge: number): string {
  const text = written(field, edge);
  const years = field.kind === "date" && measureOf(field).edges.every((one) => dateText(one).endsWith("-01-01"));
  return years ? text.slice(0, -"-01-01".length) : text;
}

const known = new WeakMap<Field, Measure>();

/** The measure of a column of numbers or dates; made once. */
export function measureOf(field: Field): Measure {
  let measure = known.get(field);
  if (!measure) {
    const values = valuesOf(field);
    const edges = edgesOf(values, field.kind === "date" ? "date" : "number");
    known.set(field, (measure = { values, edges, counts: countBins(edges, values, values.keys()) }));
  }
  return measure;
}
