/** The drawn map: points, labels and lines under one eye, and what lies under a spot of it. */

import { fit, panBy, toScreen, toWorld, type Box, type Camera, type Insets } from "./camera";
import { outline, type Ring } from "./contour";
import { members, parentOf, type MapData, type Topic } from "./data";
import { h } from "./dom";
import { DEEPEST, Eye } from "./eye";
import { boxOf, PointIndex, STEPS, type Shape } from "./geometry";
import { insetsOf, NARROW } from "./insets";
import { LabelLayer } from "./labelLayer";
import { Overlay, type Lasso } from "./overlay";
import type { Palette, Theme } from "./palette";
import { Renderer, type Style } from "./renderer";
import { pointSize, spriteSize } from "./sizes";
import type { Sheet } from "./sprites";

/** Milliseconds without a move before the map is drawn as it is, where it was shown in haste. */
const QUIET = 250;
/** Radius in CSS pixels from which on a topic is outlined. */
const OUTLINED = 80;

/** What the map shows beside the style of its points. */
export interface Shown {
  readonly theme: Theme;
  /** The point with a ring, −1 for none. */
  readonly marked: number;
  /** Whether a card is open. */
  readonly docked: boolean;
  /** Whether points may be drawn as their pictures. */
  readonly pictures: boolean;
  /** Whether topics are outlined. */
  readonly outlines: boolean;
  readonly lasso: Lasso;
}

export class MapView {
  readonly canvas = h("canvas", { className: "map", tabIndex: 0, role: "img" });
  readonly overlay = new Overlay();
  readonly labels: LabelLayer;
  readonly eye: Eye;
  readonly drawable: boolean;
  private readonly renderer: Renderer | null;
  private readonly index: PointIndex;
  private readonly spacing: number;
  private readonly outlines = new Map<Topic, Ring[]>();
  private sheet: Sheet | null = null;
  private visible: Uint8Array;
  private sideEdge = 0;
  private due = 0;
  private hasty = 0;

  /** `shown` says what to draw, `onDraw` is told when it was drawn, `onRestored` when a lost context is back. */
  constructor(
    private readonly data: MapData,
    private readonly shapes: readonly (readonly (Shape | null)[])[],
    private readonly palette: Palette,
    private readonly shown: () => Shown,
    private readonly onDraw: () => void,
    onRestored: () => void,
  ) {
    this.index = new PointIndex(data.xy, data.count);
    this.spacing = this.index.spacing;
    this.visible = new Uint8Array(data.count).fill(1);
    const world = boxOf(Array(data.count).keys(), data.xy);
    this.eye = new Eye(
      world,
      () => this.insets(false),
      () => this.redraw(),
    );
    this.renderer = Renderer.create(this.canvas, data.xy, onRestored);
    this.drawable = this.renderer !== null;
    this.labels = new LabelLayer(data, shapes, palette, innerWidth < NARROW);
  }

  setSheet(sheet: Sheet): void {
    this.sheet = sheet;
    this.renderer?.setSheet(sheet);
    this.redraw();
  }

  setStyle(style: Style): void {
    this.visible = new Uint8Array(this.data.count);
    for (const point of style.order) this.visible[point] = 1;
    this.renderer?.setStyle(style);
    this.redraw();
  }

  /** Whether a point is drawn at all. */
  isVisible(point: number): boolean {
    return this.visible[point] === 1;
  }

  resize(width: number, height: number, sideEdge: number): void {
    this.sideEdge = sideEdge;
    const [across, down] = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
    this.canvas.width = across;
    this.canvas.height = down;
    this.overlay.resize(across, down);
    this.eye.resize({ width: Math.max(width, 1), height: Math.max(height, 1) });
  }

  private get ratio(): number {
    return Math.min(devicePixelRatio, 2);
  }

  private insets(docked: boolean): Insets {
    return insetsOf(this.eye.size, this.sideEdge, docked);
  }

  // ---- where the eye is ----

  pan(dx: number, dy: number): void {
    this.eye.move(panBy(this.eye.camera, dx, dy));
  }

  /** The middle of the part of the view that panels leave free, in CSS pixels. */
  private middle(docked: boolean): [number, number] {
    const { left, right, top, bottom } = this.insets(docked);
    const { width, height } = this.eye.size;
    return [(width + left - right) / 2, (height + top - bottom) / 2];
  }

  zoom(factor: number): void {
    this.eye.fly(this.eye.zoomed(...this.middle(this.shown().docked), factor));
  }

  /** Fly to a box, beside all panels. */
  flyTo(box: Box, maxScale = DEEPEST): void {
    this.eye.fly(fit(box, this.eye.size, this.insets(true), maxScale));
  }

  flyToTopic(topic: Topic): void {
    const shape = this.shapes[topic.level][topic.place];
    if (shape) this.flyTo(shape.box, DEEPEST / 2);
  }

  flyToPoint(point: number): void {
    const [x, y] = this.spot(point);
    // Close enough to see its surroundings: about the nearest sixty points' share of the map.
    const reach = Math.max(0.012, 0.5 * Math.sqrt(60 / Math.max(this.data.count, 60)));
    const around = { x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach };
    const near = fit(around, this.eye.size, this.insets(true), DEEPEST).scale;
    const kept = Math.min(this.eye.camera.scale, this.eye.whole.scale * 12);
    this.flyTo({ x0: x, y0: y, x1: x, y1: y }, Math.max(near, kept));
  }

  /** The middle of the free view in the world, and the zoom against the whole map; null for the whole map. */
  get place(): [number, number, number] | null {
    if (this.eye.home) return null;
    const { camera, size, whole } = this.eye;
    return [...toWorld(camera, size, ...this.middle(false)), camera.scale / whole.scale];
  }

  set place(place: readonly [number, number, number] | null) {
    if (!place) this.eye.flyHome();
    else this.eye.move(this.cameraAt(...place));
  }

  private cameraAt(x: number, y: number, zoom: number): Camera {
    const scale = Math.min(this.eye.whole.scale * zoom, DEEPEST);
    return fit({ x0: x, y0: y, x1: x, y1: y }, this.eye.size, this.insets(false), scale);
  }

  spot(point: number): [number, number] {
    return [this.data.xy[2 * point] / STEPS, this.data.xy[2 * point + 1] / STEPS];
  }

  /** Where a point is on the screen, in CSS pixels. */
  screenOf(point: number): [number, number] {
    return toScreen(this.eye.camera, this.eye.size, ...this.spot(point));
  }

  /** The point under a spot of the view, −1 for none. */
  nearest(px: number, py: number): number {
    const [x, y] = toWorld(this.eye.camera, this.eye.size, px, py);
    const reach = Math.max(this.pointSize / 2 + 5, this.spriteSize / 2);
    return this.index.nearest(x, y, reach / this.eye.camera.scale, this.visible);
  }

  /** Topics of which the anchor, or that of a part, is in the free view. */
  topicsInView(): Set<Topic> {
    const { left, right, top, bottom } = this.insets(this.shown().docked);
    const { camera, size } = this.eye;
    const seen = new Set<Topic>();
    for (const level of this.data.levels)
      for (const topic of level.topics) {
        const shape = this.shapes[topic.level][topic.place];
        if (!shape) continue;
        const [x, y] = toScreen(camera, size, shape.x, shape.y);
        if (x < left || x > size.width - right || y < top || y > size.height - bottom) continue;
        for (let up: Topic | undefined = topic; up && !seen.has(up); up = parentOf(this.data, up)) seen.add(up);
      }
    return seen;
  }

  // ---- drawing ----

  private get pointSize(): number {
    return pointSize(this.spacing, this.eye.whole.scale, this.eye.camera.scale);
  }

  private get spriteSize(): number {
    return this.sheet && this.shown().pictures ? spriteSize(this.spacing, this.data.count, this.eye.camera.scale) : 0;
  }

  /** Whether nothing moves and all is drawn. */
  get atRest(): boolean {
    return !this.eye.flying && this.due === 0 && this.hasty === 0;
  }

  redraw(): void {
    if (this.due === 0) this.due = requestAnimationFrame(() => this.draw(false));
  }

  /** @param final whether nothing but the map as it is will do */
  private draw(final: boolean): void {
    if (!final) this.due = 0;
    clearTimeout(this.hasty);
    const { camera, size } = this.eye;
    const { theme, marked, docked } = this.shown();
    const scene = {
      camera,
      size,
      ratio: this.ratio,
      pointSize: this.pointSize,
      spriteSize: this.spriteSize,
      ground: theme.ground,
      ring: theme.ring,
      night: theme.name === "dark",
      marked,
    };
    const drawn = this.renderer?.draw(scene, final) ?? true;
    this.hasty = drawn ? 0 : window.setTimeout(() => this.draw(true), QUIET);
    if (this.renderer) {
      const { left, right, top, bottom } = this.insets(docked);
      const edge = 22;
      this.labels.update(camera, size, {
        left: left - edge,
        right: size.width - right + edge,
        top: top - edge,
        bottom: size.height - bottom + edge,
      });
      this.drawLines();
    }
    this.onDraw();
  }

  private drawLines(): void {
    const { camera, size } = this.eye;
    const { theme, outlines, lasso } = this.shown();
    const topics = outlines ? this.outlined() : [];
    const lines = topics.map((topic) => ({ rings: this.outlineOf(topic), colour: this.palette.point(topic, theme) }));
    this.overlay.draw(camera, size, this.ratio, lines, lasso, theme.ring);
  }

  /** The topics of the finest level of which the typical one is large enough on the screen, or of the coarsest. */
  private outlined(): readonly Topic[] {
    const large = this.shapes.findIndex((shapes) => {
      const radii = shapes.flatMap((shape) => (shape ? [shape.radius] : [])).sort((a, b) => a - b);
      return (radii[radii.length >> 1] ?? 0) * this.eye.camera.scale >= OUTLINED;
    });
    return this.data.levels.at(large)?.topics ?? [];
  }

  private outlineOf(topic: Topic): Ring[] {
    let rings = this.outlines.get(topic);
    if (!rings) this.outlines.set(topic, (rings = outline(members(this.data, topic), this.data.xy)));
    return rings;
  }
}
