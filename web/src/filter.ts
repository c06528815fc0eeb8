/** Which points are in focus: the search, the topic, the lasso, the brush and what was switched off. */

import type { MapData, Topic } from "./data";

export const HIDDEN = 0;
export const DIM = 1;
export const LIT = 2;
export const HIT = 3;

/** A stretch of a column: `from` belongs to it, `to` does not. */
export interface Range {
  readonly values: Float64Array;
  readonly from: number;
  readonly to: number;
}

export interface Filter {
  /** Points found by the search, null when nothing is asked. */
  readonly hits: ReadonlySet<number> | null;
  readonly topic: Topic | null;
  /** Points within the lasso, null when there is none. */
  readonly lasso: ReadonlySet<number> | null;
  readonly range: Range | null;
  /** Topics switched off, by level and place. */
  readonly topicsOff: ReadonlySet<Topic>;
  /** Classes of the colouring that are switched off. */
  readonly classesOff: ReadonlySet<number>;
}

/** For each point: hidden, dim, lit or a hit. A search outshines the topic in focus; all else adds up. */
export function focusOf(data: MapData, code: Int32Array, filter: Filter): Uint8Array {
  const { hits, topic, lasso, range, classesOff } = filter;
  const focus = new Uint8Array(data.count).fill(LIT);
  const within = topic && !hits ? data.levels[topic.level].assignment : null;
  for (let point = 0; point < data.count; point++) {
    const value = range ? range.values[point] : 0;
    if (classesOff.has(code[point])) focus[point] = HIDDEN;
    else if (range && !(value >= range.from && value < range.to)) focus[point] = DIM;
    else if (lasso && !lasso.has(point)) focus[point] = DIM;
    else if (hits) focus[point] = hits.has(point) ? HIT : DIM;
    else if (within && within[point] !== topic?.place) focus[point] = DIM;
  }
  for (const { level, place } of filter.topicsOff) {
    const { assignment } = data.levels[level];
    for (let point = 0; point < data.count; point++) if (assignment[point] === place) focus[point] = HIDDEN;
  }
  return focus;
}

/** The points in focus, in row order. */
export function litPoints(focus: Uint8Array): number[] {
  const lit: number[] = [];
  for (let point = 0; point < focus.length; point++) if (focus[point] >= LIT) lit.push(point);
  return lit;
}
