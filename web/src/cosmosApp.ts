/** The cosmos page: holds what is asked, hears what is pressed, and tells every part what to show. */

import { measureOf } from "./bins";
import { Dock, pointCard, type CardContext } from "./card";
import { css } from "./colour";
import { byField, byTopic, type Colouring } from "./colouring";
import { Controls, ICONS, type Manual } from "./controls";
import { CosmosView, type CosmosShown } from "./cosmosView";
import { members, type Field, type MapData, type Meta, type Topic } from "./data";
import { count, h } from "./dom";
import { focusOf, litPoints } from "./filter";
import { group, shapeOf } from "./geometry";
import { listen } from "./gestures";
import { topicCard } from "./groupCards";
import { Histogram, type Brush } from "./histogram";
import { HoverCard } from "./hover";
import { onKey, type KeyActions } from "./keys";
import { Legend } from "./legend";
import { Palette, THEMES, type Theme } from "./palette";
import { SearchBox } from "./searchBox";
import { Side } from "./side";
import { loadSheet, type Sheet } from "./sprites";
import { styleOf } from "./style";
import { TopicsPanel } from "./topicsPanel";

export type CosmosSelection =
  | { readonly kind: "point"; readonly point: number }
  | { readonly kind: "topic"; readonly topic: Topic };

const COSMOS: Manual = {
  page: "cosmos",
  keys: [
    ["drag, arrow keys", "turn"],
    ["right button, Shift + drag, two fingers", "move"],
    ["wheel, pinch, + and −", "zoom"],
    ["double click, 0, r or Home", "the whole cosmos"],
    ["Space", "let it turn by itself, or stop it"],
    ["/", "search"],
    ["Esc", "close the card, end the filter, clear the search"],
  ],
};

/** Milliseconds between two looks at which topics are in view. */
const LOOK = 300;

export class CosmosApp {
  theme: Theme;
  hits: readonly number[] | null = null;
  selection: CosmosSelection | null = null;
  colouring: Colouring;
  lit: readonly number[] = [];
  turning = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  readonly view: CosmosView;
  private brush: Brush | null = null;
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
  private readonly controls: Controls;
  private readonly side: Side;
  private sheet: Sheet | null = null;
  private hovered = -1;
  private mouse: readonly [number, number] | null = null;
  private styling = 0;
  private looking = 0;

  private readonly keys: KeyActions = {
    search: () => this.search.focus(),
    zoom: (factor) => this.view.zoom(factor),
    reset: () => this.view.flyHome(),
    pan: (dx, dy) => this.grab(() => this.view.turn(dx, dy)),
    escape: () => this.escape(),
  };

  constructor(
    readonly data: MapData,
    private readonly meta: Meta,
    private readonly root: HTMLElement,
  ) {
    this.theme = THEMES[matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"];
    // The colours are those of the map: by where topics are on the plane.
    const shapes = data.levels.map((level) => group(level).map((points) => shapeOf(points, data.xy)));
    this.palette = new Palette(data, shapes);
    this.colouring = this.topicColours = byTopic(data, this.palette);
    this.view = new CosmosView(
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
    this.controls = new Controls(
      meta,
      this.replaced,
      {
        zoom: (factor) => this.view.zoom(factor),
        reset: () => this.view.flyHome(),
        theme: () => this.setTheme(THEMES[this.theme.name === "dark" ? "light" : "dark"]),
        topics: () => this.side.element.classList.toggle("open"),
      },
      [{ name: "turn", label: "Turn by itself", icon: ICONS.turn, act: () => this.setTurning(!this.turning) }],
      COSMOS,
    );
    const panels = [this.search, this.topics, this.legend, this.histogram].map((panel) => panel.element);
    this.side = new Side(meta, data, this.view.drawable, () => this.resetAll(), panels);
    const name = `${count(data.count)} points in space. The list of topics says the same in words.`;
    this.view.canvas.setAttribute("aria-label", name);
    root.append(this.side.element, this.view.canvas, this.view.labels.element);
    root.append(this.dock.element, this.hover.element, this.controls.element, this.controls.about);
    if (data.count === 0) root.append(h("p", { className: "loading" }, "There is no point in this cosmos."));
    this.start();
  }

  private start(): void {
    const { canvas } = this.view;
    listen(canvas, {
      pan: (dx, dy) => this.grab(() => this.view.slide(dx, dy)),
      turn: (dx, dy) => this.grab(() => this.view.turn(dx, dy)),
      zoom: (px, py, factor) => this.grab(() => this.view.zoomAt(px, py, factor)),
      dive: () => this.view.flyHome(),
      hover: (px, py) => this.point([px, py]),
      leave: () => this.point(null),
      tap: (px, py) => this.tap(px, py),
      drawing: () => false,
      draw: () => undefined,
      close: () => undefined,
    });
    canvas.addEventListener("pointerdown", () => this.setTurning(false));
    addEventListener("keydown", (event) => {
      if (this.controls.about.open) return;
      const stops = event.key === " " && (event.target === canvas || event.target === document.body);
      if (stops) this.setTurning(!this.turning);
      if (stops || onKey(event, canvas, this.keys)) event.preventDefault();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) =>
      this.setTheme(THEMES[event.matches ? "dark" : "light"]),
    );
    new ResizeObserver(() => this.resize()).observe(this.root);
    this.resize();
    this.setTheme(this.theme);
    this.setTurning(this.turning && this.data.count > 1 && this.view.drawable);
    if (this.turning) this.view.arrive();
    if (this.data.sprites) void this.loadSprites();
  }

  private async loadSprites(): Promise<void> {
    if (!this.data.sprites) return;
    try {
      this.sheet = await loadSheet(this.data.sprites);
      this.view.setSheet(this.sheet);
    } catch {
      this.sheet = null; // a picture that cannot be decoded leaves points
    }
  }

  private resize(): void {
    const { width, height } = this.root.getBoundingClientRect();
    this.view.resize(width, height, this.side.element.getBoundingClientRect().right);
  }

  /** Characters that no browser can show, in the whole page. */
  get replaced(): number {
    return this.data.replaced + this.meta.replaced;
  }

  /** Whether nothing moves and all is drawn. */
  get atRest(): boolean {
    return this.view.atRest && this.styling === 0 && this.looking === 0;
  }

  // ---- what is asked ----

  private setTurning(turning: boolean): void {
    this.turning = turning;
    this.controls.press("turn", turning);
    this.view.redraw();
  }

  /** Whoever takes hold of it has it. */
  private grab(act: () => void): void {
    if (this.turning) this.setTurning(false);
    act();
  }

  private setTheme(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset["theme"] = theme.name;
    document.documentElement.style.setProperty("--ground", css(theme.ground));
    this.topics.setTheme(this.palette, theme);
    this.recolour();
    this.refreshDock();
  }

  private colourBy(field: Field | null): void {
    this.colouring = field ? byField(field) : this.topicColours;
    this.switchOff(new Set());
  }

  private switchOff(classes: ReadonlySet<number>): void {
    this.classesOff = classes;
    this.recolour();
  }

  private recolour(): void {
    // Labels in the colours of topics would say something else than points in those of a column.
    this.view.labels.setTheme(this.theme, this.colouring.field === null);
    this.legend.show(this.colouring, this.theme, this.classesOff);
    this.restyle();
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

  private resetAll(): void {
    this.topicsOff = new Set();
    this.brush = null;
    this.colourBy(null);
    this.search.clear();
    this.select(null);
    this.view.flyHome();
  }

  private showHits(points: readonly number[] | null): void {
    this.hits = points;
    if (points && this.selection?.kind === "topic") this.select(null);
    this.restyle();
  }

  private select(selection: CosmosSelection | null): void {
    this.selection = selection;
    this.hover.hide();
    this.refreshDock();
    this.restyle();
  }

  private goToTopic(topic: Topic): void {
    this.setTurning(false);
    this.select({ kind: "topic", topic });
    this.side.element.classList.remove("open");
    this.view.flyToTopic(topic);
  }

  private goToPoint(point: number): void {
    this.setTurning(false);
    this.select({ kind: "point", point });
    this.side.element.classList.remove("open");
    this.view.flyToPoint(point);
  }

  /** Clear one thing at a time: the card, the filter, then the search. */
  private escape(): void {
    if (this.selection) this.select(null);
    else if (this.brush) this.setBrush(null);
    else if (this.search.filled) this.search.clear();
    else this.view.canvas.focus();
  }

  // ---- the mouse ----

  private point(mouse: readonly [number, number] | null): void {
    this.mouse = mouse;
    const label = mouse && this.view.labels.at(...mouse);
    this.view.labels.point(label);
    const point = mouse && !label ? this.view.nearest(...mouse) : -1;
    this.view.canvas.classList.toggle("over", label !== null || point >= 0);
    if (point !== this.hovered) {
      this.hovered = point;
      if (point < 0) this.hover.hide();
      else this.hover.show(pointCard(this.context, point, false));
      this.view.redraw();
    }
    if (mouse && point >= 0) this.hover.moveTo(...mouse, this.view.size);
  }

  private tap(px: number, py: number): void {
    this.side.element.classList.remove("open");
    const label = this.view.labels.at(px, py);
    if (label) return this.goToTopic(label.topic);
    const point = this.view.nearest(px, py);
    this.select(point >= 0 ? { kind: "point", point } : null);
  }

  // ---- what is shown ----

  private get context(): CardContext {
    return { data: this.data, palette: this.palette, theme: this.theme, sheet: this.sheet };
  }

  private get topic(): Topic | null {
    return this.selection?.kind === "topic" ? this.selection.topic : null;
  }

  private get shown(): CosmosShown {
    const chosen = this.selection;
    return {
      theme: this.theme,
      marked: chosen?.kind === "point" ? chosen.point : this.hovered,
      docked: chosen !== null,
      pictures: this.colouring.field === null,
      turning: this.turning && this.hovered < 0, // it waits for who looks at a point
    };
  }

  private refreshDock(): void {
    const chosen = this.selection;
    this.root.classList.toggle("docked", chosen !== null);
    const go = (point: number) => this.goToPoint(point);
    if (!chosen) this.dock.hide();
    else if (chosen.kind === "point") this.dock.show(pointCard(this.context, chosen.point, true));
    else this.dock.show(topicCard(this.context, chosen.topic, members(this.data, chosen.topic), go));
  }

  /** Work out the focus and the look of every point, once a frame however often it is asked. */
  private restyle(): void {
    if (this.styling === 0) this.styling = requestAnimationFrame(() => this.style());
  }

  private style(): void {
    this.styling = 0;
    const { data, colouring, brush, classesOff, topicsOff } = this;
    const focus = focusOf(data, colouring.code, {
      hits: this.hits && new Set(this.hits),
      topic: this.topic,
      lasso: null,
      range: brush && { ...brush, values: measureOf(brush.field).values },
      topicsOff,
      classesOff,
    });
    this.lit = litPoints(focus);
    const bare = data.levels.length === 0 && colouring.field === null;
    this.view.setStyle(styleOf(colouring, this.theme, focus, bare));
    this.view.labels.light(this.hits ? null : this.topic, topicsOff);
    this.histogram.show(brush, this.lit);
    const some = this.lit.length < data.count;
    this.side.say(some ? `${count(this.lit.length)} of ${count(data.count)} points` : "");
    const changed = some || this.selection || this.search.filled || colouring.field;
    this.side.offerReset(Boolean(changed));
  }

  /** After every frame, but not as often: which topics are in view, and what the mouse is over now. */
  private drawn(): void {
    if (this.looking === 0) this.looking = window.setTimeout(() => this.look(), LOOK);
  }

  private look(): void {
    this.looking = 0;
    this.topics.show(this.topicsOff, this.view.topicsInView(), this.topic);
    if (this.turning && this.mouse) this.point(this.mouse);
  }
}
