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

/** A drawing of one path, which says nothing that the words beside it do not. */
function drawing(viewBox: string, path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** An icon of strokes on a 20 × 20 grid. */
export function icon(path: string): SVGSVGElement {
  return drawing("0 0 20 20", path);
}

/** Bars of these heights side by side, stretched over the room there is; `most` is the height of a full bar. */
export function bars(counts: readonly number[], most = Math.max(...counts)): SVGSVGElement {
  const gap = counts.length > 30 ? 0.12 : 0.06;
  const path = counts.map((n, i) => {
    const height = n > 0 && most > 0 ? Math.max((100 * n) / most, 2) : 0; // one point still shows
    return height > 0 ? `M${i + gap} 100V${(100 - height).toFixed(2)}H${i + 1 - gap}V100Z` : "";
  });
  const svg = drawing(`0 0 ${Math.max(counts.length, 1)} 100`, path.join(""));
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "bars");
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
