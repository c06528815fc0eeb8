/** The list of topics: a tree from coarse to fine, which also is the map in words. */

import { button, count, h, icon } from "./dom";
import { dot } from "./card";
import { css } from "./colour";
import { partsOf, type MapData, type Topic } from "./data";
import type { Palette, Theme } from "./palette";

export class TopicsPanel {
  readonly element: HTMLElement;
  private readonly dots = new Map<Topic, HTMLElement>();
  private readonly rows = new Map<Topic, HTMLElement>();
  private shown: [Palette, Theme] | null = null;

  constructor(
    private readonly data: MapData,
    private readonly onTopic: (topic: Topic) => void,
  ) {
    const top = data.levels.at(-1)?.topics ?? [];
    const list = this.list(top);
    this.element = h(
      "nav",
      { className: "topics", "aria-label": "Topics" },
      h("h2", {}, "Topics"),
      top.length > 0 ? list : h("p", { className: "status" }, "No topic was found."),
    );
  }

  private list(topics: readonly Topic[]): HTMLElement {
    const list = h("ul");
    for (const topic of [...topics].sort((a, b) => b.size - a.size || a.place - b.place)) list.append(this.item(topic));
    return list;
  }

  private item(topic: Topic): HTMLElement {
    const mark = dot("transparent");
    this.dots.set(topic, mark);
    const name = topic.label || "Unnamed topic";
    const row = button(
      "topic",
      name,
      () => this.onTopic(topic),
      mark,
      h("bdi", { className: "name" }, name),
      h("span", { className: "number" }, count(topic.size)),
    );
    row.setAttribute("aria-label", `${name}, ${count(topic.size)} points`);
    this.rows.set(topic, row);
    const item = h("li", {}, row);
    const children = partsOf(this.data, topic);
    if (children.length > 0) item.prepend(this.opener(item, name, children));
    return item;
  }

  /** The fold of a topic; its children are made when it is first opened. */
  private opener(item: HTMLElement, name: string, children: readonly Topic[]): HTMLElement {
    let list: HTMLElement | null = null;
    const opener = button(
      "fold",
      `Topics in ${name}`,
      () => {
        const open = opener.getAttribute("aria-expanded") !== "true";
        opener.setAttribute("aria-expanded", String(open));
        if (!list) item.append((list = this.list(children)));
        list.hidden = !open;
        if (this.shown) this.setTheme(...this.shown);
      },
      icon("M8 6 L12 10 L8 14"),
    );
    opener.setAttribute("aria-expanded", "false");
    return opener;
  }

  setTheme(palette: Palette, theme: Theme): void {
    this.shown = [palette, theme];
    for (const [topic, mark] of this.dots) mark.style.backgroundColor = css(palette.point(topic, theme));
  }

  mark(topic: Topic | null): void {
    for (const [known, row] of this.rows) row.setAttribute("aria-current", String(known === topic));
  }
}
