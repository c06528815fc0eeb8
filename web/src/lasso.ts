/** The lasso: a shape drawn around points. */

import { toWorld, type Camera, type Size } from "./camera";
import { STEPS } from "./geometry";

/** Corners in ten-thousandths of a world unit, x and y in turn. */
export type Polygon = readonly number[];

export const GRAIN = 10_000;
/** A lasso keeps this many corners, so that a link can hold it. */
const CORNERS = 60;

/** A path drawn on the screen as a polygon of the world; null when it is too short to hold anything. */
export function polygonOf(path: readonly (readonly [number, number])[], camera: Camera, size: Size): Polygon | null {
  const every = Math.max(1, path.length / CORNERS);
  const kept = Array.from({ length: Math.min(path.length, CORNERS) }, (_, i) => path[Math.floor(i * every)]);
  const polygon = kept.flatMap(([px, py]) => toWorld(camera, size, px, py).map((v) => Math.round(v * GRAIN)));
  return kept.length > 2 ? polygon : null;
}

/** The points inside, in row order, by the even-odd rule. */
export function pointsIn(polygon: Polygon, xy: Uint16Array): number[] {
  const corners = polygon.map((v) => (v / GRAIN) * STEPS);
  const ys = corners.filter((_, i) => i % 2 === 1);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const found: number[] = [];
  for (let point = 0; point < xy.length / 2; point++) {
    const y = xy[2 * point + 1];
    if (y >= low && y <= high && isInside(corners, xy[2 * point], y)) found.push(point);
  }
  return found;
}

function isInside(corners: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
    const [x1, y1, x0, y0] = [corners[i], corners[i + 1], corners[j], corners[j + 1]];
    if (y1 > y !== y0 > y && x < ((x0 - x1) * (y - y1)) / (y0 - y1) + x1) inside = !inside;
  }
  return inside;
}
