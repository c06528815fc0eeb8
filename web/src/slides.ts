const FORWARD = new Set([" ", "ArrowRight", "ArrowDown", "PageDown", "Enter"]);
const BACK = new Set(["ArrowLeft", "ArrowUp", "PageUp", "Backspace"]);

/** The slide that a key leads to, from 0 to count - 1; null for a key that leads nowhere. */
export function slideAfter(key: string, now: number, count: number): number | null {
  if (FORWARD.has(key)) return Math.min(now + 1, count - 1);
  if (BACK.has(key)) return Math.max(now - 1, 0);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}
