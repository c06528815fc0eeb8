/** The map page: holds what is asked, hears what is pressed, and tells every part what to show. */

import { Address } from "./address";
import { measureOf } from "./bins";
import { Dock, pointCard, type CardContext } from "./card";
import { css } from "./colour";
import { byField, byTopic, type Colouring } from "./colouring";
import { Controls, ICONS } from "./controls";
import { members, type Field, type MapData, type Meta, type Sprites, type Topic } from "./data";
import { readLink, type DeepLink } from "./deepLink";
import { count, h } from "./dom";
import { focusOf, litPoints } from "./filter";
import { group, shapeOf } from "./geometry";
import { listen } from "./gestures";
import { PictureGrid } from "./grid";
import { lassoCard, topicCard } from "./groupCards";
import { Histogram, snapped, type Brush } from "./histogram";
import { HoverCard } from "./hover";
import { onKey, type KeyActions } from "./keys";
import { pointsIn, type Polygon } from "./lasso";
import { LassoTool } from "./lassoTool";
import { Legend } from "./legend";
import { MapView, type Shown } from "./mapView";
import { Palette, THEMES, type Theme } from "./palette";
import { SearchBox } from "./searchBox";
import type { Selection } from "./selection";
import { Side } from "./side";
import { loadSheet, type Sheet } from "./sprites";
import { styleOf } from "./style";
import { TopicsPanel } from "./topicsPanel";

/** Milliseconds without a change before the address is written. */
const QUIET = 120;

export class App {
  theme: Theme;
  hits: readonly number[] | null = null;
  selection: Selection | null = null;
  brush: Brush | null = null;
  colouring: Colouring;
  lit: readonly number[] = [];
  outlines = false;
  readonly view: MapView;
  private topicsOff: ReadonlySet<Topic> = new Set();
  private classesOff: ReadonlySet<number> = new Set();
  private readonly palette: Palette;
  private readonly topicColours: Colouring;
  private readonly search: SearchBox;
  private readonly topics: TopicsPanel;
  private readonly legend: Legend;
  private readonly histogram: Histogram;
  private readonly dock = new Dock(() => this.select(null));
  private readonly hover = new HoverCard();
  private readonly grid: PictureGrid;
  private readonly controls: Controls;
  private readonly side: Side;
  private sheet: Sheet | null = null;
  private hovered = -1;
  private readonly lasso: LassoTool;
  private readonly address = new Address((link) => this.apply(link));
  private styling = 0;
  private saving = 0;

  private readonly keys: KeyActions = {
    search: () => this.search.focus(),
    zoom: (factor) => this.view.zoom(factor),
    reset: () => this.view.eye.flyHome(),
    pan: (dx, dy) => this.view.pan(dx, dy),
    escape: () => this.escape(),
  };

  constructor(
    readonly data: MapData,
    private readonly meta: Meta,
    readonly root: HTMLElement,
  ) {
    this.theme = THEMES[matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"];
    const shapes = data.levels.map((level) => group(level).map((points) => shapeOf(points, data.xy)));
    this.palette = new Palette(data, shapes);
    this.colouring = this.topicColours = byTopic(data, this.palette);
    this.view = new MapView(
      data,
      shapes,
      this.palette,
      () => this.shown,
      () => this.drawn(),
      () => this.restyle(),
    );
    this.search = new SearchBox(
      data,
      (points) => this.showHits(points),
      (point) => this.goToPoint(point),
    );
    this.topics = new TopicsPanel(data, {
      go: (topic) => this.goToTopic(topic),
      toggle: (topic) => this.toggleTopic(topic),
    });
    this.legend = new Legend(data, {
      colour: (field) => this.colourBy(field),
      without: (classes) => this.switchOff(classes),
    });
    this.histogram = new Histogram(data, (brush) => this.setBrush(brush));
    this.controls = new Controls(meta, this.replaced, {
      zoom: (factor) => this.view.zoom(factor),
      reset: () => this.view.eye.flyHome(),
      theme: () => this.setTheme(THEMES[this.theme.name === "dark" ? "light" : "dark"]),
      topics: () => this.side.element.classList.toggle("open"),
    }, [
      { name: "lasso", label: "Draw around points", icon: ICONS.lasso, act: () => this.lasso.pick(!this.lasso.ready) },
      { name: "outlines", label: "Outline topics", icon: ICONS.outlines, act: () => this.setOutlines(!this.outlines) },
    ]);
    this.lasso = new LassoTool(
      this.view.canvas,
      (ready) => this.controls.press("lasso", ready),
      (polygon) => this.selectLasso(polygon),
    );
    this.grid = new PictureGrid(data.names, (point) => this.goToPoint(point));
    const panels = [this.search, this.topics, this.legend, this.histogram].map((panel) => panel.element);
    this.side = new Side(meta, data, this.view.drawable, () => this.apply(readLink("")), panels);
    const name = `Map of ${count(data.count)} points. The list of topics says the same in words.`;
    this.view.canvas.setAttribute("aria-label", name);
    root.append(this.side.element, this.view.canvas, this.view.overlay.element, this.view.labels.element);
    root.append(this.dock.element, this.hover.element, this.controls.element, this.controls.about);
    root.append(this.grid.element);
    if (data.count === 0) root.append(h("p", { className: "loading" }, "There is no point on this map."));
    this.start();
  }

  private start(): void {
    listen(this.view.canvas, {
      pan: (dx, dy) => this.view.pan(dx, dy),
      zoom: (px, py, factor) => this.view.eye.move(this.view.eye.zoomed(px, py, factor)),
      dive: (px, py) => this.view.eye.fly(this.view.eye.zoomed(px, py, 2.2)),
      hover: (px, py) => this.point(px, py),
      leave: () => this.point(-1e6, -1e6),
      tap: (px, py) => this.tap(px, py),
      drawing: (shift) => this.lasso.ready || shift,
      draw: (px, py) => this.drawLasso(px, py),
      close: () => this.lasso.close(this.view.eye.camera, this.view.eye.size),
    });
    addEventListener("keydown", (event) => {
      const free = !this.controls.about.open && !this.grid.element.open;
      if (free && onKey(event, this.view.canvas, this.keys)) event.preventDefault();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) =>
      this.setTheme(THEMES[event.matches ? "dark" : "light"]),
    );
    new ResizeObserver(() => this.resize()).observe(this.root);
    this.resize();
    this.setTheme(this.theme);
    this.address.open();
    if (this.data.sprites) void this.loadSheet(this.data.sprites);
  }

  private async loadSheet(sprites: Sprites): Promise<void> {
    try {
      this.sheet = await loadSheet(sprites);
      this.view.setSheet(this.sheet);
      this.refreshDock();
    } catch {
      this.sheet = null; // a picture that cannot be decoded leaves a map of points
    }
  }

  private resize(): void {
    const { width, height } = this.root.getBoundingClientRect();
    this.view.resize(width, height, this.side.element.getBoundingClientRect().right);
  }

  /** Characters that no browser can show. */
  get replaced(): number {
    return this.data.replaced + this.meta.replaced;
  }

  /** Whether nothing moves, all is drawn and the address says so. */
  get atRest(): boolean {
    return this.view.atRest && this.styling === 0 && this.saving === 0;
  }

  // ---- what is asked ----

  setTheme(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset["theme"] = theme.name;
    document.documentElement.style.setProperty("--ground", css(theme.ground));
    this.topics.setTheme(this.palette, theme);
    this.recolour();
    this.refreshDock();
  }

  private colourBy(field: Field | null): void {
    this.colouring = field ? byField(field) : this.topicColours;
    this.classesOff = new Set();
    this.recolour();
  }

  private recolour(): void {
    // Labels in the colours of topics would say something else than points in those of a column.
    this.view.labels.setTheme(this.theme, this.colouring.field === null);
    this.legend.show(this.colouring, this.theme, this.classesOff);
    this.restyle();
  }

  private switchOff(classes: ReadonlySet<number>): void {
    this.classesOff = classes;
    this.recolour();
  }

  private toggleTopic(topic: Topic): void {
    const off = new Set(this.topicsOff);
    if (!off.delete(topic)) off.add(topic);
    this.topicsOff = off;
    this.restyle();
  }

  private setBrush(brush: Brush | null): void {
    this.brush = brush;
    this.restyle();
  }

  private setOutlines(outlines: boolean): void {
    this.outlines = outlines;
    this.controls.press("outlines", outlines);
    this.view.redraw();
  }

  private showHits(points: readonly number[] | null): void {
    this.hits = points;
    if (points && this.selection?.kind === "topic") this.select(null);
    this.restyle();
  }

  select(selection: Selection | null): void {
    this.selection = selection;
    this.hover.hide();
    this.refreshDock();
    this.restyle();
  }

  goToTopic(topic: Topic): void {
    this.select({ kind: "topic", topic });
    this.side.element.classList.remove("open");
    this.view.flyToTopic(topic);
  }

  goToPoint(point: number): void {
    this.select({ kind: "point", point });
    this.side.element.classList.remove("open");
    this.view.flyToPoint(point);
  }

  private selectLasso(polygon: Polygon): void {
    const points = pointsIn(polygon, this.data.xy).filter((point) => this.view.isVisible(point));
    this.select({ kind: "lasso", polygon, points });
  }

  /** Clear one thing at a time: the lasso tool, the card, the filter, then the search. */
  private escape(): void {
    if (this.lasso.ready) this.lasso.pick(false);
    else if (this.selection) this.select(null);
    else if (this.brush) this.setBrush(null);
    else if (this.search.filled) this.search.clear();
    else this.view.canvas.focus();
  }

  // ---- the mouse ----

  private point(px: number, py: number): void {
    const label = this.view.labels.at(px, py);
    this.view.labels.point(label);
    const point = label ? -1 : this.view.nearest(px, py);
    this.view.canvas.classList.toggle("over", label !== null || point >= 0);
    if (point !== this.hovered) {
      this.hovered = point;
      if (point < 0) this.hover.hide();
      else this.hover.show(pointCard(this.context, point, false));
      this.view.redraw();
    }
    if (point >= 0) this.hover.moveTo(px, py, this.view.eye.size);
  }

  private tap(px: number, py: number): void {
    this.side.element.classList.remove("open");
    const label = this.view.labels.at(px, py);
    if (label) return this.goToTopic(label.topic);
    const point = this.view.nearest(px, py);
    this.select(point >= 0 ? { kind: "point", point } : null);
  }

  private drawLasso(px: number, py: number): void {
    this.lasso.path.push([px, py]);
    this.view.redraw();
  }

  // ---- what is shown ----

  private get context(): CardContext {
    const { data, palette, theme, sheet } = this;
    const showPictures = (title: string, points: readonly number[]) => sheet && this.grid.open(title, points, sheet);
    return { data, palette, theme, sheet, showPictures };
  }

  private get topic(): Topic | null {
    return this.selection?.kind === "topic" ? this.selection.topic : null;
  }

  private get shown(): Shown {
    const chosen = this.selection;
    return {
      theme: this.theme,
      marked: chosen?.kind === "point" ? chosen.point : this.hovered,
      docked: chosen !== null,
      pictures: this.colouring.field === null,
      outlines: this.outlines,
      lasso: this.lasso.path.length > 0 ? this.lasso.path : chosen?.kind === "lasso" ? chosen.polygon : [],
    };
  }

  private refreshDock(): void {
    const chosen = this.selection;
    this.root.classList.toggle("docked", chosen !== null);
    const go = (point: number) => this.goToPoint(point);
    if (!chosen) this.dock.hide();
    else if (chosen.kind === "point") this.dock.show(pointCard(this.context, chosen.point, true));
    else if (chosen.kind === "lasso") this.dock.show(lassoCard(this.context, chosen.points, go));
    else this.dock.show(topicCard(this.context, chosen.topic, members(this.data, chosen.topic), go));
  }

  /** Work out the focus and the look of every point, once a frame however often it is asked. */
  private restyle(): void {
    if (this.styling === 0) this.styling = requestAnimationFrame(() => this.style());
  }

  private style(): void {
    this.styling = 0;
    const { data, colouring, selection, brush } = this;
    const focus = focusOf(data, colouring.code, {
      hits: this.hits && new Set(this.hits),
      topic: this.topic,
      lasso: selection?.kind === "lasso" ? new Set(selection.points) : null,
      range: brush && { ...brush, values: measureOf(brush.field).values },
      topicsOff: this.topicsOff,
      classesOff: this.classesOff,
    });
    this.lit = litPoints(focus);
    const bare = data.levels.length === 0 && colouring.field === null;
    this.view.setStyle(styleOf(colouring, this.theme, focus, bare));
    this.view.labels.light(this.hits ? null : this.topic, this.topicsOff);
    this.histogram.show(brush, this.lit);
    const some = this.lit.length < data.count;
    this.side.say(some ? `${count(this.lit.length)} of ${count(data.count)} points` : "");
  }

  private drawn(): void {
    clearTimeout(this.saving);
    this.saving = window.setTimeout(() => this.settle(), QUIET);
  }

  /** When all is still: what is in view, and the address that leads back here. */
  private settle(): void {
    this.saving = 0;
    this.topics.show(this.topicsOff, this.view.topicsInView(), this.topic);
    this.side.offerReset(this.address.write(this.link));
  }

  // ---- the address ----

  private get link(): DeepLink {
    const chosen = this.selection;
    const idOf = ({ level, id }: Topic): [number, number] => [level, id];
    return {
      at: this.view.place,
      query: this.search.query.trim(),
      point: chosen?.kind === "point" ? chosen.point : null,
      topic: this.topic && idOf(this.topic),
      lasso: chosen?.kind === "lasso" ? chosen.polygon : null,
      colour: this.colouring.field?.name ?? null,
      brush: this.brush && { name: this.brush.field.name, from: this.brush.from, to: this.brush.to },
      topicsOff: [...this.topicsOff].map(idOf),
      classesOff: [...this.classesOff],
      outlines: this.outlines,
    };
  }

  /** Show what a link says; what is not on this map is passed over. */
  private apply(link: DeepLink): void {
    const topicOf = ([level, id]: readonly [number, number]) =>
      this.data.levels[level]?.topics.find((topic) => topic.id === id);
    this.colourBy(this.legend.fieldOf(link.colour));
    this.switchOff(new Set(link.classesOff));
    this.topicsOff = new Set(link.topicsOff.map(topicOf).filter((topic) => topic !== undefined));
    this.brush = link.brush && snapped(this.data, link.brush);
    this.setOutlines(link.outlines);
    this.search.ask(link.query);
    const topic = link.topic && topicOf(link.topic);
    if (link.lasso) this.selectLasso(link.lasso);
    else if (topic) this.select({ kind: "topic", topic });
    else if (link.point !== null && link.point in this.data.names) this.select({ kind: "point", point: link.point });
    else this.select(null);
    this.view.place = link.at;
  }
}
