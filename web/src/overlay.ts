/** Lines over the points: outlines of topics, and the lasso. */

import { toScreen, type Camera, type Size } from "./camera";
import { css, type Rgb } from "./colour";
import type { Ring } from "./contour";
import { h } from "./dom";
import { GRAIN, type Polygon } from "./lasso";

export interface Outline {
  readonly rings: readonly Ring[];
  readonly colour: Rgb;
}

type Spots = readonly (readonly [number, number])[];

/** Corners in the world when it is done, a path on the screen while it is drawn, nothing when there is none. */
export type Lasso = Polygon | Spots;

export class Overlay {
  readonly element = h("canvas", { className: "overlay", "aria-hidden": "true" });
  private readonly context = this.element.getContext("2d");
  private readonly paths = new WeakMap<readonly Ring[], Path2D>();

  resize(width: number, height: number): void {
    this.element.width = width;
    this.element.height = height;
  }

  /** @param ratio device pixels per CSS pixel */
  draw(camera: Camera, size: Size, ratio: number, outlines: readonly Outline[], lasso: Lasso, ink: Rgb): void {
    const { context } = this;
    // A canvas that is only cleared may show its old content again in some versions of Chromium.
    this.element.hidden = outlines.length + lasso.length === 0;
    if (!context || this.element.hidden) return;
    context.reset();
    this.drawOutlines(context, camera, size, ratio, outlines);
    if (lasso.length > 0) drawLasso(context, camera, size, ratio, lasso, ink);
  }

  private drawOutlines(
    context: CanvasRenderingContext2D,
    camera: Camera,
    size: Size,
    ratio: number,
    outlines: readonly Outline[],
  ): void {
    const scale = camera.scale * ratio;
    const [x, y] = toScreen(camera, size, 0, 0);
    context.setTransform(scale, 0, 0, -scale, x * ratio, y * ratio);
    context.lineWidth = 1.5 / camera.scale;
    context.lineJoin = "round";
    for (const { rings, colour } of outlines) {
      context.strokeStyle = css(colour);
      context.stroke(this.path(rings));
    }
  }

  private path(rings: readonly Ring[]): Path2D {
    let path = this.paths.get(rings);
    if (!path) this.paths.set(rings, (path = smooth(rings)));
    return path;
  }
}

function drawLasso(
  context: CanvasRenderingContext2D,
  camera: Camera,
  size: Size,
  ratio: number,
  lasso: Lasso,
  ink: Rgb,
): void {
  const done = typeof lasso[0] === "number";
  const spots = done ? corners(lasso as Polygon).map(([x, y]) => toScreen(camera, size, x, y)) : (lasso as Spots);
  const path = new Path2D();
  spots.forEach(([px, py], i) => (i === 0 ? path.moveTo(px, py) : path.lineTo(px, py)));
  if (done) path.closePath();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.strokeStyle = css(ink);
  context.stroke(path);
}

function corners(polygon: Polygon): [number, number][] {
  return Array.from({ length: polygon.length / 2 }, (_, i) => [polygon[2 * i] / GRAIN, polygon[2 * i + 1] / GRAIN]);
}

/** Rings as curves through the middles of their sides. */
function smooth(rings: readonly Ring[]): Path2D {
  const path = new Path2D();
  for (const ring of rings) {
    const middle = (i: number): [number, number] => {
      const [a, b] = [ring[i % ring.length], ring[(i + 1) % ring.length]];
      return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    };
    path.moveTo(...middle(0));
    for (let i = 1; i <= ring.length; i++) path.quadraticCurveTo(...ring[i % ring.length], ...middle(i));
    path.closePath();
  }
  return path;
}
