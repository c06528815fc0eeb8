/** Where things lie: the shape of each topic, and which point is nearest to a spot. */

import type { Box } from "./camera";
import type { Level } from "./data";

export const STEPS = 65535;

export interface Shape {
  /** A point in the densest spot of the topic, so that its label never hangs in a void. */
  readonly x: number;
  readonly y: number;
  /** Box of the middle 96 % on each axis. */
  readonly box: Box;
  /** Half the diagonal of the box, divided by √2: the half side of the square of that diagonal. */
  readonly radius: number;
}

/** Points of each topic of a level, in row order. */
export function group(level: Level): number[][] {
  const groups: number[][] = level.topics.map(() => []);
  level.assignment.forEach((place: number, point: number) => {
    if (place >= 0) groups[place].push(point);
  });
  return groups;
}

/** Shape of a set of points; null when there are none. */
export function shapeOf(points: readonly number[], xy: Uint16Array): Shape | null {
  if (points.length === 0) return null;
  const box = middle(points, xy);
  const [x, y] = densest(points, xy, box);
  return { x, y, box, radius: Math.hypot(box.x1 - box.x0, box.y1 - box.y0) / 2 / Math.SQRT2 };
}

function middle(points: readonly number[], xy: Uint16Array): Box {
  const cut = (axis: 0 | 1): [number, number] => {
    const sorted = Uint16Array.from(points, (point) => xy[2 * point + axis]).sort();
    const skip = Math.floor(sorted.length * 0.02);
    return [sorted[skip] / STEPS, sorted[sorted.length - 1 - skip] / STEPS];
  };
  const [x0, x1] = cut(0);
  const [y0, y1] = cut(1);
  return { x0, y0, x1, y1 };
}

const CELLS = 16;

function densest(points: readonly number[], xy: Uint16Array, box: Box): [number, number] {
  const column = (point: number) => cell(xy[2 * point] / STEPS, box.x0, box.x1);
  const row = (point: number) => cell(xy[2 * point + 1] / STEPS, box.y0, box.y1);
  const counts = new Float64Array((CELLS + 2) ** 2);
  for (const point of points) counts[(row(point) + 1) * (CELLS + 2) + column(point) + 1]++;
  let best = 0;
  let most = -1;
  for (let r = 1; r <= CELLS; r++) {
    for (let c = 1; c <= CELLS; c++) {
      const weight = around(counts, r * (CELLS + 2) + c);
      if (weight > most) [best, most] = [r * (CELLS + 2) + c, weight];
    }
  }
  const [br, bc] = [Math.floor(best / (CELLS + 2)) - 1, (best % (CELLS + 2)) - 1];
  return medoid(
    points.filter((p) => Math.abs(row(p) - br) <= 1 && Math.abs(column(p) - bc) <= 1),
    xy,
  );
}

function cell(value: number, low: number, high: number): number {
  return high > low ? Math.min(CELLS - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * CELLS))) : 0;
}

function around(counts: Float64Array, at: number): number {
  const w = CELLS + 2;
  const sides = counts[at - 1] + counts[at + 1] + counts[at - w] + counts[at + w];
  const corners = counts[at - w - 1] + counts[at - w + 1] + counts[at + w - 1] + counts[at + w + 1];
  return 4 * counts[at] + 2 * sides + corners;
}

function medoid(points: readonly number[], xy: Uint16Array): [number, number] {
  let [x, y] = [0, 0];
  for (const point of points) {
    x += xy[2 * point] / points.length;
    y += xy[2 * point + 1] / points.length;
  }
  let best = points[0];
  for (const point of points) {
    if (distance2(xy, point, x, y) < distance2(xy, best, x, y)) best = point;
  }
  return [xy[2 * best] / STEPS, xy[2 * best + 1] / STEPS];
}

function distance2(xy: Uint16Array, point: number, x: number, y: number): number {
  return (xy[2 * point] - x) ** 2 + (xy[2 * point + 1] - y) ** 2;
}

/** Finds the point nearest to a spot: points sorted into square cells. */
export class PointIndex {
  private readonly side: number;
  private readonly starts: Uint32Array;
  private readonly points: Uint32Array;

  constructor(
    private readonly xy: Uint16Array,
    count: number,
  ) {
    this.side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(count / 4))));
    this.starts = new Uint32Array(this.side ** 2 + 1);
    this.points = new Uint32Array(count);
    const cells = Uint32Array.from(
      { length: count },
      (_, p) => this.cell(xy[2 * p + 1]) * this.side + this.cell(xy[2 * p]),
    );
    for (const c of cells) this.starts[c + 1]++;
    for (let c = 0; c < this.side ** 2; c++) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice();
    cells.forEach((c, point) => (this.points[next[c]++] = point));
  }

  /** Typical distance of neighbours in world units: from the share of the map that is not empty. */
  get spacing(): number {
    let taken = 0;
    for (let c = 0; c < this.side ** 2; c++) if (this.starts[c + 1] > this.starts[c]) taken++;
    return Math.sqrt(Math.max(taken, 1) / this.side ** 2 / Math.max(this.points.length, 1));
  }

  private cell(step: number): number {
    return Math.min(this.side - 1, Math.floor((step / (STEPS + 1)) * this.side));
  }

  /** The nearest of the visible points within a radius of a world spot, -1 when there is none. */
  nearest(x: number, y: number, radius: number, visible?: Uint8Array): number {
    const clamp = (value: number) => this.cell(Math.min(Math.max(value, 0), 1) * STEPS);
    let best = -1;
    let least = (radius * STEPS) ** 2;
    for (let r = clamp(y - radius); r <= clamp(y + radius); r++) {
      for (
        let i = this.starts[r * this.side + clamp(x - radius)];
        i < this.starts[r * this.side + clamp(x + radius) + 1];
        i++
      ) {
        const away = distance2(this.xy, this.points[i], x * STEPS, y * STEPS);
        if (away <= least && visible?.[this.points[i]] !== 0) [best, least] = [this.points[i], away];
      }
    }
    return best;
  }
}

/** Box of all points; the unit square when there are none. */
export function boxOf(points: Iterable<number>, xy: Uint16Array): Box {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const point of points) {
    x0 = Math.min(x0, xy[2 * point] / STEPS);
    x1 = Math.max(x1, xy[2 * point] / STEPS);
    y0 = Math.min(y0, xy[2 * point + 1] / STEPS);
    y1 = Math.max(y1, xy[2 * point + 1] / STEPS);
  }
  return x0 <= x1 ? { x0, y0, x1, y1 } : { x0: 0, y0: 0, x1: 1, y1: 1 };
}
