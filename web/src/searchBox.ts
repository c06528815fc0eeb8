/** The search box and its list of hits. */

import { button, count, h, icon } from "./dom";
import { isNoise, topicPath, type MapData } from "./data";
import { SearchIndex } from "./search";

const LISTED = 60;

export class SearchBox {
  readonly element: HTMLElement;
  private readonly input = h("input", {
    type: "search",
    role: "combobox",
    "aria-label": "Search titles and texts",
    "aria-expanded": "false",
    "aria-controls": "hits",
    "aria-autocomplete": "list",
  });
  private readonly status = h("p", { className: "status", role: "status", "aria-live": "polite" });
  private readonly list = h("ul", { id: "hits", role: "listbox", "aria-label": "Search results", hidden: true });
  private index: SearchIndex | null = null;
  private hits: number[] = [];
  private active = -1;

  constructor(
    private readonly data: MapData,
    private readonly onHits: (points: readonly number[] | null) => void,
    private readonly onChoose: (point: number) => void,
  ) {
    this.input.placeholder = "Search";
    this.input.autocomplete = "off";
    this.input.spellcheck = false;
    const clear = button("clear", "Clear the search", () => this.clear(), icon("M6 6 L14 14 M14 6 L6 14"));
    const field = h(
      "div",
      { className: "field" },
      icon("M13 13 L17 17 M8.5 14 A5.5 5.5 0 1 1 8.5 3 A5.5 5.5 0 1 1 8.5 14"),
      this.input,
      h("kbd", { "aria-hidden": "true" }, "/"),
      clear,
    );
    this.element = h("div", { className: "search", role: "search" }, field, this.status, this.list);
    this.input.addEventListener("input", () => this.run());
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  get query(): string {
    return this.input.value;
  }

  ask(query: string): void {
    this.input.value = query;
    this.run();
  }

  clear(): void {
    this.ask("");
  }

  get filled(): boolean {
    return this.input.value !== "";
  }

  private run(): void {
    this.index ??= new SearchIndex(this.data.names, this.data.texts);
    const asked = this.input.value.trim() !== "";
    this.hits = asked ? this.index.find(this.input.value) : [];
    this.active = -1;
    this.status.textContent = asked ? this.summary() : "";
    this.list.replaceChildren(...this.hits.slice(0, LISTED).map((point, i) => this.row(point, i)));
    this.list.hidden = this.hits.length === 0;
    this.element.classList.toggle("filled", this.filled);
    this.input.setAttribute("aria-expanded", String(this.hits.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    this.onHits(asked ? this.hits : null);
  }

  private summary(): string {
    if (this.hits.length === 0) return "No point holds these words.";
    const noise = this.hits.filter((point) => isNoise(this.data, point)).length;
    const found = `${count(this.hits.length)} ${this.hits.length === 1 ? "point" : "points"}`;
    const listed = this.hits.length > LISTED ? `, the first ${LISTED} listed` : "";
    return noise > 0 ? `${found}${listed}; ${count(noise)} in no topic (noise).` : `${found}${listed}.`;
  }

  private row(point: number, i: number): HTMLElement {
    const topic = topicPath(this.data, point).at(-1);
    const noise = isNoise(this.data, point) ? h("span", { className: "where noise" }, "noise: in no topic") : null;
    const where = topic ? h("span", { className: "where" }, h("bdi", {}, topic.label)) : noise;
    const row = h(
      "li",
      { id: `hit${i}`, role: "option", "aria-selected": "false" },
      h("bdi", { className: "name" }, this.data.names[point] || "Untitled"),
      where,
    );
    row.addEventListener("click", () => this.choose(i));
    return row;
  }

  private key(event: KeyboardEvent): void {
    const listed = Math.min(this.hits.length, LISTED);
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && listed > 0) {
      event.preventDefault();
      this.activate((this.active + (event.key === "ArrowDown" ? 1 : this.active < 0 ? 0 : -1) + listed) % listed);
    } else if (event.key === "Enter" && listed > 0) {
      event.preventDefault();
      this.choose(Math.max(this.active, 0));
    }
  }

  private activate(i: number): void {
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = i;
    const row = this.list.children[i];
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", row.id);
  }

  private choose(i: number): void {
    this.activate(i);
    this.onChoose(this.hits[i]);
  }
}
