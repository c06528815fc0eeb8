/** Points in space: the size of the whole, the middle of a topic, what lies under the mouse, and who is in front. */

import { STEPS } from "./geometry";
import { axesOf, dot, NEAR, type Lens, type Orbit, type Vec } from "./orbit";

/** A set of points: one of them in its middle, and the distance from it that most of them are within. */
export interface Body {
  readonly centre: Vec;
  readonly radius: number;
}

/** All points: their middle, half their extent round the upright axis and along it, the distance of neighbours. */
export interface Whole {
  readonly centre: Vec;
  readonly reach: number;
  readonly tall: number;
  readonly spacing: number;
}

/** The share of the points that a whole is measured by: a few far ones may stick out. */
const MOST = 0.98;

export function spotOf(xyz: Uint16Array, point: number): Vec {
  return [xyz[3 * point] / STEPS, xyz[3 * point + 1] / STEPS, xyz[3 * point + 2] / STEPS];
}

export function wholeOf(xyz: Uint16Array): Whole {
  const count = xyz.length / 3;
  if (count === 0) return { centre: [0.5, 0.5, 0.5], reach: 0.5, tall: 0.5, spacing: 0.1 };
  const points = Array.from({ length: count }, (_, point) => point);
  const sides = ([0, 1, 2] as const).map((axis) => {
    const sorted = Uint16Array.from(points, (point) => xyz[3 * point + axis]).sort();
    return [share(sorted, 1 - MOST) / STEPS, share(sorted, MOST) / STEPS] as const;
  });
  const centre = sides.map(([low, high]) => (low + high) / 2) as unknown as Vec;
  const away = Float64Array.from(points, (point) => {
    const [x, , z] = spotOf(xyz, point);
    return Math.hypot(x - centre[0], z - centre[2]);
  }).sort();
  const room = sides.reduce((product, [low, high]) => product * Math.max(high - low, 0.05), 1);
  return {
    centre,
    reach: Math.max(share(away, MOST), 0.02),
    tall: (sides[1][1] - sides[1][0]) / 2,
    spacing: Math.cbrt(room / count),
  };
}

/** The middle of some points, null when there are none. */
export function bodyOf(points: readonly number[], xyz: Uint16Array): Body | null {
  if (points.length === 0) return null;
  const middle = ([0, 1, 2] as const).map(
    (axis) => share(Uint16Array.from(points, (point) => xyz[3 * point + axis]).sort(), 0.5) / STEPS,
  ) as unknown as Vec;
  const far = (point: number, from: Vec) => {
    const [x, y, z] = spotOf(xyz, point);
    return Math.hypot(x - from[0], y - from[1], z - from[2]);
  };
  let nearest = points[0];
  for (const point of points) if (far(point, middle) < far(nearest, middle)) nearest = point;
  const centre = spotOf(xyz, nearest);
  return { centre, radius: share(Float64Array.from(points, (point) => far(point, centre)).sort(), 0.8) };
}

function share(sorted: Uint16Array | Float64Array, at: number): number {
  return sorted[Math.min(Math.floor(sorted.length * at), sorted.length - 1)];
}

/** Width in CSS pixels of what is drawn at a depth. */
export type WidthAt = (depth: number) => number;

/** The foremost of the points that are drawn under a spot of the view, −1 for none. */
export function foremost(
  xyz: Uint16Array,
  order: Uint32Array,
  orbit: Orbit,
  lens: Lens,
  [px, py]: readonly [number, number],
  width: WidthAt,
): number {
  const { right, up, forward } = axesOf(orbit);
  const [tx, ty, tz] = orbit.target;
  let best = -1;
  let least = Infinity;
  for (const point of order) {
    const [x, y, z] = [xyz[3 * point] / STEPS - tx, xyz[3 * point + 1] / STEPS - ty, xyz[3 * point + 2] / STEPS - tz];
    const depth = orbit.distance + x * forward[0] + y * forward[1] + z * forward[2];
    if (depth < NEAR || depth >= least) continue;
    const scale = lens.focal / depth;
    const dx = lens.x + (x * right[0] + y * right[1] + z * right[2]) * scale - px;
    const dy = lens.y - (x * up[0] + y * up[1] + z * up[2]) * scale - py;
    if (Math.hypot(dx, dy) <= width(depth) / 2) [best, least] = [point, depth];
  }
  return best;
}

const LAYERS = 4096;

/** Sorts points from back to front; what it gives is overwritten by its next use. */
export class DepthOrder {
  private readonly layer: Uint16Array;
  private readonly sorted: Uint32Array;
  private readonly starts = new Uint32Array(LAYERS + 1);

  constructor(
    private readonly xyz: Uint16Array,
    private readonly whole: Whole,
  ) {
    this.layer = new Uint16Array(xyz.length / 3);
    this.sorted = new Uint32Array(xyz.length / 3);
  }

  /** @param ringed how many at the end of the order stay at the end */
  sort(order: Uint32Array, ringed: number, orbit: Orbit): Uint32Array {
    const { forward } = axesOf(orbit);
    // Farther means an earlier layer; all of the world is within two units of its middle.
    const middle = dot(this.whole.centre, forward);
    const step = LAYERS / 4;
    const [fx, fy, fz] = [forward[0] / STEPS, forward[1] / STEPS, forward[2] / STEPS];
    const { xyz, layer } = this;
    for (const point of order) {
      const depth = xyz[3 * point] * fx + xyz[3 * point + 1] * fy + xyz[3 * point + 2] * fz - middle;
      layer[point] = Math.min(Math.max((2 - depth) * step, 0), LAYERS - 1);
    }
    const plain = order.length - ringed;
    this.place(order, 0, plain);
    this.place(order, plain, order.length);
    return this.sorted.subarray(0, order.length);
  }

  /** Counting sort of a stretch of the order. */
  private place(order: Uint32Array, from: number, to: number): void {
    const { layer, starts, sorted } = this;
    starts.fill(0);
    for (let i = from; i < to; i++) starts[layer[order[i]] + 1]++;
    for (let k = 0; k < LAYERS; k++) starts[k + 1] += starts[k];
    for (let i = from; i < to; i++) sorted[from + starts[layer[order[i]]]++] = order[i];
  }
}
