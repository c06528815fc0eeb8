/** The list of topics: a tree from coarse to fine, which also is the map in words and its legend. */

import { dot } from "./card";
import { css } from "./colour";
import { parentOf, partsOf, type MapData, type Topic } from "./data";
import { button, count, h, icon } from "./dom";
import type { Palette, Theme } from "./palette";

const EYE = "M3 10 C6 5 14 5 17 10 C14 15 6 15 3 10 M10 8 A2 2 0 1 1 10 12 A2 2 0 1 1 10 8";

interface Row {
  readonly item: HTMLElement;
  readonly name: HTMLElement;
  readonly mark: HTMLElement;
  readonly eye: HTMLElement;
  /** Shows or hides its parts; null where it has none. */
  readonly fold: ((open: boolean) => void) | null;
}

/** Topics that are switched off, in view and in focus. */
interface State {
  readonly off: ReadonlySet<Topic>;
  readonly seen: ReadonlySet<Topic>;
  readonly current: Topic | null;
}

export interface TopicActions {
  go(topic: Topic): void;
  /** Show or hide the points of a topic. */
  toggle(topic: Topic): void;
}

export class TopicsPanel {
  readonly element: HTMLElement;
  private readonly rows = new Map<Topic, Row>();
  private readonly inView = h("span", { className: "number" });
  private readonly expander: HTMLButtonElement;
  private state: State = { off: new Set(), seen: new Set(), current: null };
  private colours: ((topic: Topic) => string) | null = null;

  constructor(
    private readonly data: MapData,
    private readonly actions: TopicActions,
  ) {
    const top = data.levels.at(-1)?.topics ?? [];
    this.expander = button("expand", "Open all", () => this.expandAll());
    this.expander.textContent = "Open all";
    this.expander.hidden = top.every((topic) => partsOf(data, topic).length === 0);
    this.element = h(
      "nav",
      { className: "topics", "aria-label": "Topics" },
      h("div", { className: "heading" }, h("h2", {}, "Topics"), this.inView, this.expander),
      top.length > 0 ? this.list(top) : h("p", { className: "status" }, "No topic was found."),
    );
  }

  private list(topics: readonly Topic[]): HTMLElement {
    const list = h("ul");
    for (const topic of [...topics].sort((a, b) => b.size - a.size || a.place - b.place)) list.append(this.item(topic));
    return list;
  }

  private item(topic: Topic): HTMLElement {
    const mark = dot("transparent");
    const text = topic.label || "Unnamed topic";
    const label = h("bdi", { className: "name" }, text);
    const name = button("topic", text, () => this.actions.go(topic), mark, label);
    name.append(h("span", { className: "number" }, count(topic.size)));
    name.setAttribute("aria-label", `${text}, ${count(topic.size)} points`);
    const eye = button("eye", `Show ${text}`, () => this.actions.toggle(topic), icon(EYE));
    const item = h("li", {}, name, eye);
    const parts = partsOf(this.data, topic);
    const fold = parts.length > 0 ? this.folding(item, text, parts) : null;
    this.rows.set(topic, { item, name, mark, eye, fold });
    this.dress(topic);
    return item;
  }

  /** The fold of a topic; its parts are made when it is first opened. */
  private folding(item: HTMLElement, name: string, parts: readonly Topic[]): (open: boolean) => void {
    let list: HTMLElement | null = null;
    const isOpen = () => opener.getAttribute("aria-expanded") === "true";
    const fold = (open: boolean) => {
      opener.setAttribute("aria-expanded", String(open));
      if (!list && open) item.append((list = this.list(parts)));
      if (list) list.hidden = !open;
      this.nameExpander();
    };
    const opener = button("fold", `Topics in ${name}`, () => fold(!isOpen()), icon("M8 6 L12 10 L8 14"));
    opener.setAttribute("aria-expanded", "false");
    item.prepend(opener);
    return fold;
  }

  private get anyFolded(): boolean {
    return this.element.querySelector('.fold[aria-expanded="false"]') !== null;
  }

  private nameExpander(): void {
    const words = this.anyFolded ? "Open all" : "Close all";
    this.expander.textContent = this.expander.title = words;
    this.expander.setAttribute("aria-label", words);
  }

  private expandAll(): void {
    const open = this.anyFolded;
    for (const row of this.rows.values()) row.fold?.(open); // the map grows while rows are made, which are visited too
  }

  setTheme(palette: Palette, theme: Theme): void {
    this.colours = (topic) => css(palette.point(topic, theme));
    for (const topic of this.rows.keys()) this.dress(topic);
  }

  /** Topics that are off, in view and in focus; the one in focus is brought to sight. */
  show(off: ReadonlySet<Topic>, seen: ReadonlySet<Topic>, current: Topic | null): void {
    const moved = current && current !== this.state.current;
    this.state = { off, seen, current };
    if (moved) this.reveal(current);
    for (const topic of this.rows.keys()) this.dress(topic);
    const top = this.data.levels.at(-1)?.topics.length ?? 0;
    const finest = [...seen].filter((topic) => topic.level === 0).length;
    this.inView.textContent = top > 0 ? `${count(finest)} in view` : "";
  }

  private dress(topic: Topic): void {
    const row = this.rows.get(topic);
    if (!row) return;
    const { off, seen, current } = this.state;
    row.name.setAttribute("aria-current", String(topic === current));
    row.item.classList.toggle("seen", seen.has(topic));
    row.item.classList.toggle("off", off.has(topic));
    row.eye.setAttribute("aria-pressed", String(!off.has(topic)));
    if (this.colours) row.mark.style.backgroundColor = this.colours(topic);
  }

  private reveal(topic: Topic): void {
    const above: Topic[] = [];
    for (let up = parentOf(this.data, topic); up; up = parentOf(this.data, up)) above.unshift(up);
    for (const up of above) this.rows.get(up)?.fold?.(true);
    this.rows.get(topic)?.name.scrollIntoView({ block: "nearest" });
  }
}
