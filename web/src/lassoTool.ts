/** The lasso as a tool: picked up, drawn, put down. */

import type { Camera, Size } from "./camera";
import { polygonOf, type Polygon } from "./lasso";

export class LassoTool {
  /** Whether the next drag draws. */
  ready = false;
  /** Where it was drawn so far, in CSS pixels. */
  path: [number, number][] = [];

  constructor(
    private readonly canvas: HTMLElement,
    private readonly onReady: (ready: boolean) => void,
    private readonly onDone: (polygon: Polygon) => void,
  ) {}

  pick(ready: boolean): void {
    this.ready = ready;
    this.canvas.classList.toggle("lassoing", ready);
    this.onReady(ready);
  }

  close(camera: Camera, size: Size): void {
    const polygon = polygonOf(this.path, camera, size);
    this.path = [];
    this.pick(false);
    if (polygon) this.onDone(polygon);
  }
}
