/** The card that follows the mouse. */

import type { Size } from "./camera";
import { h } from "./dom";

const AWAY = 16;

export class HoverCard {
  readonly element = h("div", { className: "card hover", hidden: true, role: "tooltip" });

  show(parts: readonly HTMLElement[]): void {
    this.element.replaceChildren(...parts);
    this.element.hidden = false;
  }

  hide(): void {
    this.element.hidden = true;
  }

  /** Beside the mouse, on the side where there is room. */
  moveTo(px: number, py: number, size: Size): void {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const x = px + AWAY + width < size.width - 8 ? px + AWAY : px - AWAY - width;
    const y = Math.min(Math.max(py - height / 3, 8), Math.max(size.height - height - 8, 8));
    this.element.style.transform = `translate(${Math.max(x, 8)}px, ${y}px)`;
  }
}
