/** The outline of a topic: where its points are dense, as rings in world units. */

import { STEPS } from "./geometry";

const CELLS = 44;
/** Share of the points that may lie outside, and of those at each end of an axis that do not widen the grid. */
const OUTSIDE = 0.12;
const STRAYS = 0.05;
/** Shorter rings are around strays. */
const SHORTEST = 16;

export type Ring = readonly (readonly [number, number])[];

/** Rings around the dense places of some points, the inside at the left; none for fewer than three points. */
export function outline(points: readonly number[], xy: Uint16Array): Ring[] {
  if (points.length < 3) return [];
  const at = (point: number): [number, number] => [xy[2 * point] / STEPS, xy[2 * point + 1] / STEPS];
  const grid = new Grid(points.map(at));
  const densities = points.map((point) => grid.near(...at(point))).sort((a, b) => a - b);
  return grid.rings(densities[Math.floor(densities.length * OUTSIDE)] * 0.7).filter((ring) => ring.length >= SHORTEST);
}

/** Standard deviation of the kernel in cells: the wider the fewer points there are. */
function kernel(count: number): number {
  return Math.min(Math.max((0.75 * CELLS) / Math.sqrt(count), 2), 5);
}

/** Where the middle of some values begins and ends. */
function middle(values: readonly number[]): [number, number] {
  const sorted = Float64Array.from(values).sort();
  const skip = Math.floor(sorted.length * STRAYS);
  return [sorted[skip], sorted[sorted.length - 1 - skip]];
}

class Grid {
  private readonly x0: number;
  private readonly y0: number;
  private readonly step: number;
  private readonly width: number;
  private readonly height: number;
  private readonly cells: Float64Array;

  constructor(spots: readonly [number, number][]) {
    const [x0, x1] = middle(spots.map(([x]) => x));
    const [y0, y1] = middle(spots.map(([, y]) => y));
    const [across, up] = [x1 - x0, y1 - y0];
    const sigma = kernel(spots.length);
    const pad = Math.ceil(3 * sigma);
    this.step = Math.max(across, up, 1e-4) / CELLS;
    this.x0 = x0 - pad * this.step;
    this.y0 = y0 - pad * this.step;
    this.width = Math.floor(across / this.step) + 2 * pad + 1;
    this.height = Math.floor(up / this.step) + 2 * pad + 1;
    this.cells = new Float64Array(this.width * this.height);
    for (const spot of spots) if (this.cell(...spot) >= 0) this.cells[this.cell(...spot)]++;
    for (let pass = 0; pass < 2 * sigma ** 2; pass++) this.blur(); // each adds a variance of one half
  }

  /** The cell of a spot, −1 beyond the border. */
  private cell(x: number, y: number): number {
    const [c, r] = [Math.floor((x - this.x0) / this.step), Math.floor((y - this.y0) / this.step)];
    return c > 0 && r > 0 && c < this.width - 1 && r < this.height - 1 ? r * this.width + c : -1;
  }

  near(x: number, y: number): number {
    return this.cells[this.cell(x, y)] ?? 0;
  }

  /** Weights 1 2 1 along both axes; the border stays empty, so that every ring is closed. */
  private blur(): void {
    for (const stride of [1, this.width]) {
      const from = this.cells.slice();
      for (let r = 1; r < this.height - 1; r++)
        for (let c = 1; c < this.width - 1; c++) {
          const i = r * this.width + c;
          this.cells[i] = (from[i - stride] + 2 * from[i] + from[i + stride]) / 4;
        }
    }
  }

  /** Marching squares: each crossing of a side of a square leads to the next one. */
  rings(level: number): Ring[] {
    const next = new Map<number, number>();
    for (let r = 0; r < this.height - 1; r++)
      for (let c = 0; c < this.width - 1; c++) {
        const i = r * this.width + c;
        const corners = [i, i + 1, i + this.width + 1, i + this.width];
        const kind = corners.reduce((sum, corner, bit) => sum + (this.cells[corner] >= level ? 1 << bit : 0), 0);
        const sides = [2 * i, 2 * (i + 1) + 1, 2 * (i + this.width), 2 * i + 1];
        for (const [from, to] of TURNS[kind]) next.set(sides[from], sides[to]);
      }
    const rings: Ring[] = [];
    for (const [start] of next) {
      const ring: [number, number][] = [];
      for (let side = start; next.has(side); ) {
        ring.push(this.crossing(side, level));
        const to = next.get(side) as number;
        next.delete(side);
        side = to;
      }
      if (ring.length > 2) rings.push(ring);
    }
    return rings;
  }

  /** Where the level is reached between two neighbours: even sides lie along x, odd ones along y. */
  private crossing(side: number, level: number): [number, number] {
    const i = side >> 1;
    const upright = side % 2 === 1;
    const [a, b] = [this.cells[i], this.cells[i + (upright ? this.width : 1)]];
    const share = (level - a) / (b - a);
    const [c, r] = [i % this.width, Math.floor(i / this.width)];
    return [
      this.x0 + (c + 0.5 + (upright ? 0 : share)) * this.step,
      this.y0 + (r + 0.5 + (upright ? share : 0)) * this.step,
    ];
  }
}

// Sides of a square: 0 below, 1 right, 2 above, 3 left; its corners as bits, from below left on against the clock.
const TURNS: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [[0, 3]],
  [[1, 0]],
  [[1, 3]],
  [[2, 1]],
  [[0, 3], [2, 1]],
  [[2, 0]],
  [[2, 3]],
  [[3, 2]],
  [[0, 2]],
  [[1, 0], [3, 2]],
  [[1, 2]],
  [[3, 1]],
  [[0, 1]],
  [[3, 0]],
  [],
];
