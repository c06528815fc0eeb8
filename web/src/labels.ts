/** Which labels stand where at a zoom: plain geometry, no page. */

export interface Candidate {
  readonly key: string;
  /** World anchor. */
  readonly x: number;
  readonly y: number;
  /** CSS pixels, margin included. */
  readonly width: number;
  readonly height: number;
}

export interface Placed<T extends Candidate> {
  readonly label: T;
  /** Middle of the label from its anchor, in CSS pixels, y downwards. */
  readonly dx: number;
  readonly dy: number;
}

/** Zoom is cut into steps of a third of an octave; labels are chosen once a step, so a pan never changes them. */
export function zoomStep(scale: number): [number, number] {
  const step = Math.floor(Math.log2(scale) * 3 + 1e-9);
  return [2 ** (step / 3), 2 ** ((step + 1) / 3)];
}

/**
 * Place labels greedily, the first candidate first, without overlap at any scale between the two given.
 *
 * The gap of two labels along one axis is linear in the scale. So if it is open at both ends on the same
 * side of the same axis it is open in between.
 */
export function place<T extends Candidate>(candidates: readonly T[], scales: [number, number]): Placed<T>[] {
  const placed: Placed<T>[] = [];
  for (const label of candidates) {
    const spot = spots(label).find(([dx, dy]) => placed.every((other) => apart({ label, dx, dy }, other, scales)));
    if (spot) placed.push({ label, dx: spot[0], dy: spot[1] });
  }
  return placed;
}

function spots(label: Candidate): [number, number][] {
  const [w, near, far] = [label.width / 2 + 4, label.height / 2 + 4, label.height + 14];
  return [
    [0, 0],
    [0, near],
    [0, -near],
    [w, 0],
    [-w, 0],
    [0, far],
    [0, -far],
  ];
}

function apart(a: Placed<Candidate>, b: Placed<Candidate>, scales: [number, number]): boolean {
  const x = side(a.label.x - b.label.x, a.dx - b.dx, (a.label.width + b.label.width) / 2, scales);
  // World y grows upwards, pixels downwards.
  return x || side(b.label.y - a.label.y, a.dy - b.dy, (a.label.height + b.label.height) / 2, scales);
}

function side(world: number, offset: number, reach: number, [low, high]: [number, number]): boolean {
  const [near, far] = [world * low + offset, world * high + offset];
  return (near >= reach && far >= reach) || (near <= -reach && far <= -reach);
}

/**
 * Break a text into at most `most` lines of about equal width, the last one cut with … when it is too long.
 *
 * @param measure width of a line in CSS pixels
 * @param widest width a line should not pass
 */
export function wrap(text: string, measure: (line: string) => number, widest: number, most: number): string[] {
  const words = text
    .trim()
    .split(/\s+/)
    .map((word) => cut(word, measure, widest * 1.5));
  const whole = measure(words.join(" "));
  const count = Math.min(most, Math.max(1, Math.ceil(whole / widest)));
  for (let width = whole / count; width <= widest * 1.5; width *= 1.08) {
    const lines = fill(words, measure, width);
    if (lines.length <= count) return lines;
  }
  const lines = fill(words, measure, widest);
  return [...lines.slice(0, most - 1), cut(lines.slice(most - 1).join(" "), measure, widest)];
}

function fill(words: readonly string[], measure: (line: string) => number, width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && measure(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function cut(text: string, measure: (line: string) => number, widest: number): string {
  if (measure(text) <= widest) return text;
  const chars = [...text];
  let keep = chars.length;
  while (keep > 1 && measure(`${chars.slice(0, keep).join("").trimEnd()}…`) > widest) keep = Math.floor(keep * 0.9);
  return `${chars.slice(0, keep).join("").trimEnd()}…`;
}

/**
 * Whether a topic of this on-screen radius deserves a label: not before it is seen, the later the finer, and not
 * once it fills the view. Depth 0 is the coarsest level.
 */
export function isDue(radius: number, depth: number, finest: boolean, view: number): boolean {
  return (depth === 0 || 2 * radius >= 36 + 20 * depth) && (finest || 2 * radius <= 1.5 * view);
}
