/** The map page: holds what is shown and hears what is asked. */

import { fit, panBy, toScreen, toWorld, type Box, type Camera, type Insets } from "./camera";
import { Dock, pointCard, topicCard, type CardContext } from "./card";
import { css } from "./colour";
import { Controls } from "./controls";
import { members, type MapData, type Meta, type Topic } from "./data";
import { count, h } from "./dom";
import { DEEPEST, Eye } from "./eye";
import { boxOf, group, PointIndex, shapeOf, STEPS, type Shape } from "./geometry";
import { listen } from "./gestures";
import { HoverCard } from "./hover";
import { onKey, type KeyActions } from "./keys";
import { LabelLayer } from "./labelLayer";
import { Palette, THEMES, type Theme } from "./palette";
import { Renderer } from "./renderer";
import { SearchBox } from "./searchBox";
import { makeSide } from "./side";
import { pointSize, spriteSize } from "./sizes";
import { loadSheet, type Sheet } from "./sprites";
import { styleOf } from "./style";
import { TopicsPanel } from "./topicsPanel";

const NARROW = 760;

export type Selection =
  { readonly kind: "point"; readonly point: number } | { readonly kind: "topic"; readonly topic: Topic };

export class App {
  readonly canvas = h("canvas", { className: "map", tabIndex: 0, role: "img" });
  readonly shapes: readonly (readonly (Shape | null)[])[];
  readonly eye: Eye;
  theme: Theme;
  hits: readonly number[] | null = null;
  selection: Selection | null = null;
  readonly labels: LabelLayer;
  private readonly palette: Palette;
  private readonly index: PointIndex;
  private readonly spacing: number;
  private readonly renderer: Renderer | null;
  private readonly search: SearchBox;
  private readonly topics: TopicsPanel;
  private readonly dock = new Dock(() => this.select(null));
  private readonly hover = new HoverCard();
  private readonly controls: Controls;
  private readonly side: HTMLElement;
  private sheet: Sheet | null = null;
  private sideEdge = 0;
  private hovered = -1;
  private due = 0;

  private readonly keys: KeyActions = {
    search: () => this.search.focus(),
    zoom: (factor) => this.zoomMiddle(factor),
    reset: () => this.eye.flyHome(),
    pan: (dx, dy) => this.pan(dx, dy),
    escape: () => this.escape(),
  };

  constructor(
    readonly data: MapData,
    private readonly meta: Meta,
    readonly root: HTMLElement,
  ) {
    this.theme = THEMES[matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"];
    this.shapes = data.levels.map((level) => group(level).map((points) => shapeOf(points, data.xy)));
    this.palette = new Palette(data, this.shapes);
    this.index = new PointIndex(data.xy, data.count);
    this.spacing = this.index.spacing;
    const world = boxOf(Array(data.count).keys(), data.xy);
    this.eye = new Eye(
      world,
      () => this.insets(false),
      () => this.redraw(),
    );
    this.renderer = Renderer.create(this.canvas, data.xy, () => this.restyle());
    this.labels = new LabelLayer(data, this.shapes, this.palette, innerWidth < NARROW);
    this.search = new SearchBox(
      data,
      (points) => this.showHits(points),
      (point) => this.goToPoint(point),
    );
    this.topics = new TopicsPanel(data, (topic) => this.goToTopic(topic));
    this.controls = new Controls(meta, this.replaced, {
      zoom: (factor) => this.zoomMiddle(factor),
      reset: () => this.eye.flyHome(),
      theme: () => this.setTheme(THEMES[this.theme.name === "dark" ? "light" : "dark"]),
      topics: () => this.side.classList.toggle("open"),
    });
    this.side = makeSide(meta, data, this.renderer !== null, this.search.element, this.topics.element);
    this.canvas.setAttribute(
      "aria-label",
      `Map of ${count(data.count)} points. The list of topics says the same in words.`,
    );
    root.append(
      this.side,
      this.canvas,
      this.labels.element,
      this.dock.element,
      this.hover.element,
      this.controls.element,
      this.controls.about,
    );
    if (data.count === 0) root.append(h("p", { className: "loading" }, "There is no point on this map."));
    this.start();
  }

  private start(): void {
    listen(this.canvas, {
      pan: (dx, dy) => this.pan(dx, dy),
      zoom: (px, py, factor) => this.eye.move(this.eye.zoomed(px, py, factor)),
      dive: (px, py) => this.eye.fly(this.eye.zoomed(px, py, 2.2)),
      hover: (px, py) => this.point(px, py),
      leave: () => this.point(-1e6, -1e6),
      tap: (px, py) => this.tap(px, py),
    });
    addEventListener("keydown", (event) => {
      if (!this.controls.about.open && onKey(event, this.canvas, this.keys)) event.preventDefault();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) =>
      this.setTheme(THEMES[event.matches ? "dark" : "light"]),
    );
    new ResizeObserver(() => this.resize()).observe(this.root);
    this.resize();
    this.setTheme(this.theme);
    if (this.data.sprites) void this.loadSprites();
  }

  private async loadSprites(): Promise<void> {
    if (!this.data.sprites) return;
    try {
      this.sheet = await loadSheet(this.data.sprites);
      this.renderer?.setSheet(this.sheet);
    } catch {
      this.sheet = null; // a picture that cannot be decoded leaves a map of points
    }
    this.redraw();
  }

  // ---- what is shown ----

  setTheme(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset["theme"] = theme.name;
    document.documentElement.style.setProperty("--ground", css(theme.ground));
    this.labels.setTheme(theme);
    this.topics.setTheme(this.palette, theme);
    this.restyle();
    this.refreshDock();
  }

  private restyle(): void {
    const topic = this.selection?.kind === "topic" ? this.selection.topic : null;
    const hits = this.hits && new Set(this.hits);
    this.renderer?.setStyle(styleOf(this.data, this.palette, { theme: this.theme, hits, topic }));
    this.labels.light(this.hits ? null : topic);
    this.redraw();
  }

  private showHits(points: readonly number[] | null): void {
    this.hits = points;
    if (points && this.selection?.kind === "topic") this.select(null);
    this.restyle();
  }

  private get context(): CardContext {
    return { data: this.data, palette: this.palette, theme: this.theme, sheet: this.sheet };
  }

  select(selection: Selection | null): void {
    this.selection = selection;
    this.topics.mark(selection?.kind === "topic" ? selection.topic : null);
    this.hover.hide();
    this.refreshDock();
    this.restyle();
  }

  private refreshDock(): void {
    const chosen = this.selection;
    this.root.classList.toggle("docked", chosen !== null);
    if (!chosen) this.dock.hide();
    else if (chosen.kind === "point") this.dock.show(pointCard(this.context, chosen.point, true));
    else
      this.dock.show(
        topicCard(this.context, chosen.topic, members(this.data, chosen.topic), (point) => this.goToPoint(point)),
      );
  }

  // ---- where the eye is ----

  private get narrow(): boolean {
    return this.eye.size.width < NARROW;
  }

  private insets(docked: boolean): Insets {
    if (this.narrow) return { left: 26, right: 26, top: 130, bottom: docked ? this.eye.size.height * 0.42 : 70 };
    return {
      left: Math.min(this.sideEdge + 28, this.eye.size.width * 0.4),
      right: docked ? 350 : 64,
      top: 44,
      bottom: 44,
    };
  }

  private resize(): void {
    const { width, height } = this.root.getBoundingClientRect();
    this.sideEdge = this.side.getBoundingClientRect().right;
    const ratio = this.ratio();
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.eye.resize({ width: Math.max(width, 1), height: Math.max(height, 1) });
  }

  private ratio(): number {
    return Math.min(devicePixelRatio, 2);
  }

  /** Characters that no browser can show, in the whole page. */
  get replaced(): number {
    return this.data.replaced + this.meta.replaced;
  }

  /** Whether nothing moves and all is drawn. */
  get atRest(): boolean {
    return !this.eye.flying && this.due === 0;
  }

  private pan(dx: number, dy: number): void {
    this.eye.move(panBy(this.eye.camera, dx, dy));
  }

  private zoomMiddle(factor: number): void {
    const { left, right, top, bottom } = this.insets(this.selection !== null);
    const { width, height } = this.eye.size;
    this.eye.fly(this.eye.zoomed((width + left - right) / 2, (height + top - bottom) / 2, factor));
  }

  /** The camera on a box, beside all panels. */
  private onto(box: Box, maxScale: number): Camera {
    return fit(box, this.eye.size, this.insets(true), maxScale);
  }

  goToTopic(topic: Topic): void {
    const shape = this.shapes[topic.level][topic.place];
    this.select({ kind: "topic", topic });
    this.side.classList.remove("open");
    if (shape) this.eye.fly(this.onto(shape.box, DEEPEST / 2));
  }

  goToPoint(point: number): void {
    const [x, y] = this.spot(point);
    this.select({ kind: "point", point });
    this.side.classList.remove("open");
    // Close enough to see its surroundings: about the nearest sixty points' share of the map.
    const reach = Math.max(0.012, 0.5 * Math.sqrt(60 / Math.max(this.data.count, 60)));
    const near = this.onto({ x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach }, DEEPEST).scale;
    const kept = Math.min(this.eye.camera.scale, this.eye.whole.scale * 12);
    this.eye.fly(this.onto({ x0: x, y0: y, x1: x, y1: y }, Math.max(near, kept)));
  }

  spot(point: number): [number, number] {
    return [this.data.xy[2 * point] / STEPS, this.data.xy[2 * point + 1] / STEPS];
  }

  // ---- what is asked ----

  private nearest(px: number, py: number): number {
    const [x, y] = toWorld(this.eye.camera, this.eye.size, px, py);
    const reach = Math.max(this.pointSize / 2 + 5, this.spriteSize / 2);
    return this.index.nearest(x, y, reach / this.eye.camera.scale);
  }

  private point(px: number, py: number): void {
    const label = this.labels.at(px, py);
    this.labels.point(label);
    const point = label ? -1 : this.nearest(px, py);
    this.canvas.classList.toggle("over", label !== null || point >= 0);
    if (point !== this.hovered) {
      this.hovered = point;
      if (point < 0) this.hover.hide();
      else this.hover.show(pointCard(this.context, point, false));
      this.redraw();
    }
    if (point >= 0) this.hover.moveTo(px, py, this.eye.size);
  }

  private tap(px: number, py: number): void {
    this.side.classList.remove("open");
    const label = this.labels.at(px, py);
    if (label) return this.goToTopic(label.topic);
    const point = this.nearest(px, py);
    this.select(point >= 0 ? { kind: "point", point } : null);
  }

  /** Clear one thing at a time: the card first, then the search. */
  private escape(): void {
    if (this.selection) this.select(null);
    else if (this.search.filled) this.search.clear();
    else this.canvas.focus();
  }

  // ---- drawing ----

  private get pointSize(): number {
    return pointSize(this.spacing, this.eye.whole.scale, this.eye.camera.scale);
  }

  private get spriteSize(): number {
    return this.sheet ? spriteSize(this.spacing, this.eye.camera.scale) : 0;
  }

  redraw(): void {
    if (this.due === 0) this.due = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.due = 0;
    const { camera, size } = this.eye;
    const marked = this.selection?.kind === "point" ? this.selection.point : this.hovered;
    this.renderer?.draw({
      camera,
      size,
      ratio: this.ratio(),
      pointSize: this.pointSize,
      spriteSize: this.spriteSize,
      ground: this.theme.ground,
      ring: this.theme.ring,
      night: this.theme.name === "dark",
      marked,
    });
    if (!this.renderer) return;
    const { left, right, top, bottom } = this.insets(this.selection !== null);
    const edge = 22;
    this.labels.update(camera, size, {
      left: left - edge,
      right: size.width - right + edge,
      top: top - edge,
      bottom: size.height - bottom + edge,
    });
  }

  /** Where a point is on the screen, in CSS pixels. */
  screenOf(point: number): [number, number] {
    return toScreen(this.eye.camera, this.eye.size, ...this.spot(point));
  }
}
