/** Keys → what they ask of the map. */

export interface KeyActions {
  search(): void;
  zoom(factor: number): void;
  reset(): void;
  pan(dx: number, dy: number): void;
  escape(): void;
}

export const ZOOM_STEP = 1.6;
const PAN_STEP = 80;

/** Do what a key asks; false when it asks nothing. Arrow keys move the map only where they do not move a caret or a list. */
export function onKey(event: KeyboardEvent, map: HTMLElement, to: KeyActions): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "Escape") return act(() => to.escape());
  if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return false;
  const onMap = document.activeElement === map || document.activeElement === document.body;
  switch (event.key) {
    case "/":
      return act(() => to.search());
    case "+":
    case "=":
      return act(() => to.zoom(ZOOM_STEP));
    case "-":
      return act(() => to.zoom(1 / ZOOM_STEP));
    case "0":
    case "r":
    case "Home":
      return act(() => to.reset());
    case "ArrowLeft":
      return onMap && act(() => to.pan(PAN_STEP, 0));
    case "ArrowRight":
      return onMap && act(() => to.pan(-PAN_STEP, 0));
    case "ArrowUp":
      return onMap && act(() => to.pan(0, PAN_STEP));
    case "ArrowDown":
      return onMap && act(() => to.pan(0, -PAN_STEP));
    default:
      return false;
  }
}

function act(action: () => void): true {
  action();
  return true;
}
