/** The map page: holds what is shown and hears what is asked. */

import { clampToWorld, easeInOut, fit, flight, NO_INSETS, panBy, toScreen, toWorld, zoomAt, type Box, type Camera, type Insets, type Size } from "./camera";
import { Dock, pointCard, topicCard, type CardContext } from "./card";
import { css } from "./colour";
import { Controls } from "./controls";
import { isNoise, members, type MapData, type Meta, type Topic } from "./data";
import { count, h, share } from "./dom";
import { boxOf, group, PointIndex, shapeOf, STEPS, type Shape } from "./geometry";
import { listen } from "./gestures";
import { HoverCard } from "./hover";
import { LabelLayer } from "./labelLayer";
import { Palette, THEMES, type Theme } from "./palette";
import { Renderer } from "./renderer";
import { SearchBox } from "./searchBox";
import { loadSheet, type Sheet } from "./sprites";
import { styleOf } from "./style";
import { TopicsPanel } from "./topicsPanel";

const NARROW = 760;
/** Deeper than this the 16-bit positions would show as a grid. */
const DEEPEST = 40_000;

export type Selection = { readonly kind: "point"; readonly point: number } | { readonly kind: "topic"; readonly topic: Topic };

export class App {
  readonly canvas = h("canvas", { className: "map", tabIndex: 0, role: "img" });
  readonly shapes: readonly (readonly (Shape | null)[])[];
  camera: Camera;
  size: Size = { width: 1, height: 1 };
  theme: Theme;
  hits: readonly number[] | null = null;
  selection: Selection | null = null;
  readonly labels: LabelLayer;
  private readonly palette: Palette;
  private readonly index: PointIndex;
  private readonly world: Box;
  private readonly spacing: number;
  private readonly renderer: Renderer | null;
  private readonly search: SearchBox;
  private readonly topics: TopicsPanel;
  private readonly dock = new Dock(() => this.select(null));
  private readonly hover = new HoverCard();
  private readonly controls: Controls;
  private readonly side: HTMLElement;
  private sheet: Sheet | null = null;
  private hovered = -1;
  private home = true;
  private flying = 0;
  private due = 0;

  constructor(
    readonly data: MapData,
    meta: Meta,
    readonly root: HTMLElement,
  ) {
    this.theme = THEMES[matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"];
    this.shapes = data.levels.map((level) => group(level).map((points) => shapeOf(points, data.xy)));
    this.palette = new Palette(data, this.shapes);
    this.index = new PointIndex(data.xy, data.count);
    this.spacing = this.index.spacing;
    this.world = boxOf(Array(data.count).keys(), data.xy);
    this.camera = fit(this.world, this.size);
    this.renderer = Renderer.create(this.canvas, data.xy, () => this.restyle());
    this.labels = new LabelLayer(data, this.shapes, this.palette, innerWidth < NARROW);
    this.search = new SearchBox(data, (points) => this.showHits(points), (point) => this.goToPoint(point));
    this.topics = new TopicsPanel(data, (topic) => this.goToTopic(topic));
    this.controls = new Controls(meta, data.replaced, {
      zoom: (factor) => this.zoomMiddle(factor),
      reset: () => this.goHome(),
      theme: () => this.setTheme(THEMES[this.theme.name === "dark" ? "light" : "dark"]),
      topics: () => this.side.classList.toggle("open"),
    });
    this.side = this.makeSide(meta);
    this.canvas.setAttribute("aria-label", `Map of ${count(data.count)} points. The list of topics says the same in words.`);
    root.append(this.side, this.canvas, this.labels.element, this.dock.element, this.hover.element, this.controls.element, this.controls.about);
    this.start();
  }

  private makeSide(meta: Meta): HTMLElement {
    const head = h("header", {}, h("h1", { dir: "auto" }, meta.title || "Map"), meta.subtitle ? h("p", { className: "subtitle", dir: "auto" }, meta.subtitle) : null);
    const warning = this.renderer ? null : h("p", { className: "warning", role: "alert" }, "This browser offers no WebGL2, so the map cannot be drawn. Search and the list of topics work.");
    return h("div", { className: "side" }, head, warning, this.search.element, this.topics.element, h("p", { className: "facts" }, this.facts()));
  }

  private facts(): string {
    const { data } = this;
    if (data.count === 0) return "There is no point on this map.";
    const top = data.levels.at(-1);
    if (!top) return `${count(data.count)} points`;
    const topics = data.levels[0].topics.length;
    let noise = 0;
    for (let point = 0; point < data.count; point++) if (isNoise(data, point)) noise++;
    return `${count(data.count)} points · ${count(topics)} ${topics === 1 ? "topic" : "topics"} · ${share(noise, data.count)} in none (noise)`;
  }

  private start(): void {
    listen(this.canvas, {
      pan: (dx, dy) => this.move(panBy(this.camera, dx, dy)),
      zoom: (px, py, factor) => this.move(zoomAt(this.camera, this.size, px, py, factor, this.limits())),
      dive: (px, py) => this.fly(zoomAt(this.camera, this.size, px, py, 2.2, this.limits())),
      hover: (px, py) => this.point(px, py),
      leave: () => this.point(-1e6, -1e6),
      tap: (px, py) => this.tap(px, py),
    });
    addEventListener("keydown", (event) => this.key(event));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => this.setTheme(THEMES[event.matches ? "dark" : "light"]));
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
    else this.dock.show(topicCard(this.context, chosen.topic, members(this.data, chosen.topic), (point) => this.goToPoint(point)));
  }

  // ---- where the eye is ----

  private get narrow(): boolean {
    return this.size.width < NARROW;
  }

  private insets(docked: boolean): Insets {
    if (this.narrow) return { left: 26, right: 26, top: 130, bottom: docked ? this.size.height * 0.42 : 70 };
    const left = this.side.getBoundingClientRect().right + 28;
    return { left: Math.min(left, this.size.width * 0.4), right: docked ? 350 : 64, top: 44, bottom: 44 };
  }

  private homeCamera(): Camera {
    return fit(this.world, this.size, this.insets(false), this.size.height * 4);
  }

  private limits(): [number, number] {
    const home = fit(this.world, this.size, NO_INSETS, this.size.height * 4).scale;
    return [home * 0.4, Math.max(DEEPEST, home)];
  }

  private resize(): void {
    const box = this.root.getBoundingClientRect();
    this.size = { width: Math.max(box.width, 1), height: Math.max(box.height, 1) };
    const ratio = this.ratio();
    this.canvas.width = Math.round(this.size.width * ratio);
    this.canvas.height = Math.round(this.size.height * ratio);
    if (this.home) this.camera = this.homeCamera();
    this.redraw();
  }

  private ratio(): number {
    return Math.min(devicePixelRatio, 2);
  }

  /** Move at once, ending any flight. */
  move(camera: Camera): void {
    cancelAnimationFrame(this.flying);
    this.home = false;
    this.camera = clampToWorld(camera);
    this.redraw();
  }

  fly(to: Camera): void {
    cancelAnimationFrame(this.flying);
    this.home = false;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.move(to);
    const path = flight(this.camera, to, this.size);
    const begin = performance.now();
    const step = (now: number) => {
      const share = Math.min(Math.max(0, now - begin) / 1000 / path.seconds, 1);
      this.camera = path.at(easeInOut(share));
      this.redraw();
      this.flying = share < 1 ? requestAnimationFrame(step) : 0;
    };
    this.flying = requestAnimationFrame(step);
  }

  get atRest(): boolean {
    return this.flying === 0 && this.due === 0;
  }

  goHome(): void {
    this.fly(this.homeCamera());
    this.home = true;
  }

  zoomMiddle(factor: number): void {
    const { left, right, top, bottom } = this.insets(this.selection !== null);
    const [px, py] = [(this.size.width + left - right) / 2, (this.size.height + top - bottom) / 2];
    this.fly(zoomAt(this.camera, this.size, px, py, factor, this.limits()));
  }

  goToTopic(topic: Topic): void {
    const shape = this.shapes[topic.level][topic.place];
    this.select({ kind: "topic", topic });
    this.side.classList.remove("open");
    if (shape) this.fly(fit(shape.box, this.size, this.insets(true), DEEPEST / 2));
  }

  goToPoint(point: number): void {
    const [x, y] = this.spot(point);
    this.select({ kind: "point", point });
    this.side.classList.remove("open");
    // Close enough to see its surroundings: about the nearest sixty points' share of the map.
    const home = this.homeCamera().scale;
    const reach = Math.max(0.012, 0.5 * Math.sqrt(60 / Math.max(this.data.count, 60)));
    const near = fit({ x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach }, this.size, this.insets(true));
    const scale = Math.max(near.scale, Math.min(this.camera.scale, home * 12));
    this.fly(fit({ x0: x, y0: y, x1: x, y1: y }, this.size, this.insets(true), Math.min(scale, DEEPEST)));
  }

  spot(point: number): [number, number] {
    return [this.data.xy[2 * point] / STEPS, this.data.xy[2 * point + 1] / STEPS];
  }

  // ---- what is asked ----

  private nearest(px: number, py: number): number {
    const [x, y] = toWorld(this.camera, this.size, px, py);
    const reach = Math.max(this.pointSize() / 2 + 5, this.spriteSize() / 2);
    return this.index.nearest(x, y, reach / this.camera.scale);
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
    if (point >= 0) this.hover.moveTo(px, py, this.size);
  }

  private tap(px: number, py: number): void {
    this.side.classList.remove("open");
    const label = this.labels.at(px, py);
    if (label) return this.goToTopic(label.topic);
    const point = this.nearest(px, py);
    this.select(point >= 0 ? { kind: "point", point } : null);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.controls.about.open) return;
    if (event.key === "Escape") return this.escape();
    if (event.target instanceof HTMLInputElement) return;
    const step = 80;
    const onMap = document.activeElement === this.canvas || document.activeElement === document.body;
    const actions: Record<string, () => void> = {
      "/": () => this.search.focus(),
      "+": () => this.zoomMiddle(1.6),
      "=": () => this.zoomMiddle(1.6),
      "-": () => this.zoomMiddle(1 / 1.6),
      "0": () => this.goHome(),
      Home: () => this.goHome(),
      ...(onMap && {
        ArrowLeft: () => this.move(panBy(this.camera, step, 0)),
        ArrowRight: () => this.move(panBy(this.camera, -step, 0)),
        ArrowUp: () => this.move(panBy(this.camera, 0, step)),
        ArrowDown: () => this.move(panBy(this.camera, 0, -step)),
      }),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** Clear one thing at a time: the card first, then the search. */
  private escape(): void {
    if (this.selection) this.select(null);
    else if (this.search.filled) this.search.clear();
    else this.canvas.focus();
  }

  // ---- drawing ----

  /** Diameter of a point: smaller in a crowd, growing slowly with the zoom. */
  private pointSize(): number {
    const home = this.homeCamera().scale;
    return Math.min(Math.max(1.7 * (home * this.spacing) ** 0.42 * (this.camera.scale / home) ** 0.38, 1.6), 20);
  }

  /** Side of a picture; 0 while pictures would be too small to tell apart. */
  private spriteSize(): number {
    if (!this.sheet) return 0;
    const side = Math.min(this.camera.scale * this.spacing * 1.15, 72);
    return side < 11 ? 0 : side;
  }

  redraw(): void {
    if (this.due === 0) this.due = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.due = 0;
    const { camera, size } = this;
    const marked = this.selection?.kind === "point" ? this.selection.point : this.hovered;
    this.renderer?.draw({
      camera,
      size,
      ratio: this.ratio(),
      pointSize: this.pointSize(),
      spriteSize: this.spriteSize(),
      ground: this.theme.ground,
      ring: this.theme.ring,
      night: this.theme.name === "dark",
      marked,
    });
    if (!this.renderer) return;
    const { left, right, top, bottom } = this.insets(this.selection !== null);
    const edge = 22;
    this.labels.update(camera, size, { left: left - edge, right: size.width - right + edge, top: top - edge, bottom: size.height - bottom + edge });
  }

  /** Where a point is on the screen, in CSS pixels. */
  screenOf(point: number): [number, number] {
    return toScreen(this.camera, this.size, ...this.spot(point));
  }

}
