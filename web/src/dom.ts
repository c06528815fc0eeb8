/** The only way the page makes elements: names, properties and text, never markup. */

interface Props {
  readonly className?: string;
  readonly id?: string;
  readonly type?: string;
  readonly title?: string;
  readonly hidden?: boolean;
  readonly tabIndex?: number;
  readonly role?: string;
  readonly dir?: string;
  readonly [attribute: `aria-${string}`]: string;
}

/** A new element with properties, attributes and children; strings become text. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: (Node | string | null)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (/^(aria-|role$)/.test(name)) element.setAttribute(name, String(value));
    else Object.assign(element, { [name]: value });
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button with a name for people who cannot see its sign. */
export function button(
  className: string,
  name: string,
  onClick: () => void,
  ...children: (Node | string)[]
): HTMLButtonElement {
  const element = h("button", { className, type: "button", title: name, "aria-label": name }, ...children);
  element.addEventListener("click", onClick);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of strokes on a 20 × 20 grid. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** A share of a whole as a percentage that never rounds to a false 0 or 100. */
export function share(part: number, whole: number): string {
  const percent = whole > 0 ? (100 * part) / whole : 0;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  if (percent < 100 && percent > 99.9) return "> 99.9 %";
  return `${percent.toLocaleString("en-US", { maximumFractionDigits: 1 })} %`;
}
