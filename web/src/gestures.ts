/** Fingers, mouse, wheel and keys → what they ask of the map. */

export interface Gestures {
  pan(dx: number, dy: number): void;
  /** What a drag does instead of a pan, which is then one with the right button, with Shift or of two fingers. */
  turn?(dx: number, dy: number): void;
  zoom(px: number, py: number, factor: number): void;
  /** Zoom in one step towards a spot, smoothly. */
  dive(px: number, py: number): void;
  hover(px: number, py: number): void;
  leave(): void;
  tap(px: number, py: number): void;
  /** Whether a drag that begins now draws a lasso instead of moving the map. */
  drawing(shift: boolean): boolean;
  /** The lasso goes on here. */
  draw(px: number, py: number): void;
  /** The lasso is done. */
  close(): void;
}

/** Listen on an element; coordinates are CSS pixels from its corner. */
export function listen(element: HTMLElement, to: Gestures): void {
  const down = new Map<number, [number, number]>();
  let travelled = 0;
  let drawing = false;
  let sliding = false;
  const spot = (event: MouseEvent): [number, number] => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button !== 0 && !(to.turn && event.button === 2)) return;
    sliding = event.shiftKey || event.button === 2;
    element.setPointerCapture(event.pointerId);
    if (down.size === 0) [travelled, drawing] = [0, to.drawing(event.shiftKey)];
    down.set(event.pointerId, spot(event));
    if (drawing) to.draw(...spot(event));
  });
  element.addEventListener("pointermove", (event) => {
    const now = spot(event);
    const before = down.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") to.hover(...now);
      return;
    }
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (drawing) to.draw(...now);
    else if (other) pinch(to, other, before, now);
    else if (travelled > 4) (sliding ? to.pan : (to.turn ?? to.pan))(now[0] - before[0], now[1] - before[1]);
    down.set(event.pointerId, now);
  });
  element.addEventListener("pointerup", (event) => {
    if (!down.delete(event.pointerId) || down.size > 0) return;
    if (drawing) to.close();
    if (travelled <= 4) to.tap(...spot(event));
    drawing = false;
  });
  element.addEventListener("pointercancel", (event) => {
    if (down.delete(event.pointerId) && drawing) to.close();
    drawing = false;
  });
  element.addEventListener("contextmenu", (event) => to.turn && event.preventDefault());
  element.addEventListener("pointerleave", () => to.leave());
  element.addEventListener("dblclick", (event) => to.dive(...spot(event)));
  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1;
      const delta = Math.max(-160, Math.min(160, event.deltaY * lines));
      to.zoom(...spot(event), Math.exp(-delta * (event.ctrlKey ? 0.01 : 0.0022)));
    },
    { passive: false },
  );
}

function pinch(to: Gestures, still: [number, number], before: [number, number], now: [number, number]): void {
  const apart = (spot: [number, number]) => Math.max(Math.hypot(spot[0] - still[0], spot[1] - still[1]), 10);
  to.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  to.zoom((now[0] + still[0]) / 2, (now[1] + still[1]) / 2, apart(now) / apart(before));
}
