/** The eye over the map: the camera, the size of the view, and how they change. */

import {
  clampToWorld,
  easeInOut,
  fit,
  flight,
  NO_INSETS,
  zoomAt,
  type Box,
  type Camera,
  type Insets,
  type Size,
} from "./camera";

/** Deeper than this the 16-bit positions would show as a grid. */
export const DEEPEST = 40_000;

/** A map of one spot, or of very few, is not blown up beyond this many views. */
const WIDEST = 4;

export class Eye {
  camera: Camera = { x: 0.5, y: 0.5, scale: 1 };
  size: Size = { width: 1, height: 1 };
  /** Whether the whole map is in view, to be kept so when the window changes. */
  home = true;
  private frame = 0;

  /** `insets` says what panels cover, `onChange` is told of every move. */
  constructor(
    private readonly world: Box,
    private readonly insets: () => Insets,
    private readonly onChange: () => void,
  ) {}

  get flying(): boolean {
    return this.frame !== 0;
  }

  /** The camera that shows the whole map beside the panels. */
  get whole(): Camera {
    return fit(this.world, this.size, this.insets(), this.size.height * WIDEST);
  }

  private get limits(): [number, number] {
    const { scale } = fit(this.world, this.size, NO_INSETS, this.size.height * WIDEST);
    return [scale * 0.4, Math.max(DEEPEST, scale)];
  }

  resize(size: Size): void {
    this.size = size;
    if (this.home) this.camera = this.whole;
    this.onChange();
  }

  /** The camera after a zoom about a spot of the view, within limits. */
  zoomed(px: number, py: number, factor: number): Camera {
    return zoomAt(this.camera, this.size, px, py, factor, this.limits);
  }

  /** Move at once, ending any flight. */
  move(camera: Camera): void {
    this.land();
    this.camera = clampToWorld(camera);
    this.onChange();
  }

  /** Move smoothly, or at once for readers who want no motion. */
  fly(to: Camera): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.move(to);
    this.land();
    const path = flight(this.camera, to, this.size);
    const begin = performance.now();
    const step = (now: number) => {
      const share = Math.min(Math.max(0, now - begin) / 1000 / path.seconds, 1);
      this.camera = path.at(easeInOut(share));
      this.frame = share < 1 ? requestAnimationFrame(step) : 0;
      this.onChange();
    };
    this.frame = requestAnimationFrame(step);
  }

  flyHome(): void {
    this.fly(this.whole);
    this.home = true;
  }

  private land(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.home = false;
  }
}
