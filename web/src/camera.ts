/** Where the eye is: plain numbers and the mathematics of moving it. World units are [0, 1], y upwards. */

export interface Camera {
  /** World point at the middle of the view. */
  readonly x: number;
  readonly y: number;
  /** CSS pixels per world unit. */
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Space kept free for panels, in CSS pixels. */
export interface Insets {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const NO_INSETS: Insets = { left: 0, right: 0, top: 0, bottom: 0 };

export function toScreen(camera: Camera, size: Size, x: number, y: number): [number, number] {
  return [size.width / 2 + (x - camera.x) * camera.scale, size.height / 2 - (y - camera.y) * camera.scale];
}

export function toWorld(camera: Camera, size: Size, px: number, py: number): [number, number] {
  return [camera.x + (px - size.width / 2) / camera.scale, camera.y - (py - size.height / 2) / camera.scale];
}

/** The camera that shows a box inside the part of the view that panels leave free. */
export function fit(box: Box, size: Size, insets: Insets = NO_INSETS, maxScale = Infinity): Camera {
  const width = Math.max(size.width - insets.left - insets.right, 40);
  const height = Math.max(size.height - insets.top - insets.bottom, 40);
  const scale = Math.min(width / Math.max(box.x1 - box.x0, 1e-6), height / Math.max(box.y1 - box.y0, 1e-6), maxScale);
  const px = insets.left + width / 2;
  const py = insets.top + height / 2;
  return {
    x: (box.x0 + box.x1) / 2 - (px - size.width / 2) / scale,
    y: (box.y0 + box.y1) / 2 + (py - size.height / 2) / scale,
    scale,
  };
}

/** Zoom by a factor so that the world point under a pixel stays under it. */
export function zoomAt(
  camera: Camera,
  size: Size,
  px: number,
  py: number,
  factor: number,
  limits: [number, number],
): Camera {
  const scale = Math.min(Math.max(camera.scale * factor, limits[0]), limits[1]);
  const [x, y] = toWorld(camera, size, px, py);
  return {
    x: x - (px - size.width / 2) / scale,
    y: y + (py - size.height / 2) / scale,
    scale,
  };
}

export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y + dy / camera.scale };
}

/** Keep the middle of the view within the world, so that nobody gets lost. */
export function clampToWorld(camera: Camera): Camera {
  const clamp = (value: number) => Math.min(Math.max(value, -0.25), 1.25);
  return { ...camera, x: clamp(camera.x), y: clamp(camera.y) };
}

export interface Flight {
  readonly seconds: number;
  /** Camera at a share of the flight in [0, 1]. */
  readonly at: (share: number) => Camera;
}

const RHO = 1.42;

/**
 * The flight that looks smoothest: zoom out, travel, zoom in along one curve.
 * van Wijk and Nuij, "Smooth and efficient zooming and panning", InfoVis 2003.
 */
export function flight(from: Camera, to: Camera, size: Size): Flight {
  const view = Math.max(size.width, size.height);
  const w0 = view / from.scale;
  const w1 = view / to.scale;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const distance = Math.hypot(dx, dy);
  if (distance < w0 * 1e-4) return straight(from, to, Math.abs(Math.log(w1 / w0)) / RHO);
  const b = (sign: number, w: number) =>
    (w1 * w1 - w0 * w0 + sign * RHO ** 4 * distance ** 2) / (2 * w * RHO ** 2 * distance);
  const r = (value: number) => Math.log(Math.sqrt(value * value + 1) - value);
  const r0 = r(b(1, w0));
  const length = (r(b(-1, w1)) - r0) / RHO;
  const at = (share: number): Camera => {
    if (share >= 1) return to;
    const s = share * length;
    const along = (w0 / (RHO ** 2 * distance)) * (Math.cosh(r0) * Math.tanh(RHO * s + r0) - Math.sinh(r0));
    const w = (w0 * Math.cosh(r0)) / Math.cosh(RHO * s + r0);
    return { x: from.x + dx * along, y: from.y + dy * along, scale: view / w };
  };
  return { seconds: duration(length), at };
}

function straight(from: Camera, to: Camera, length: number): Flight {
  const mix = (a: number, b: number, t: number) => a + (b - a) * t;
  const at = (share: number): Camera => ({
    x: mix(from.x, to.x, share),
    y: mix(from.y, to.y, share),
    scale: Math.exp(mix(Math.log(from.scale), Math.log(to.scale), share)),
  });
  return { seconds: duration(length), at };
}

function duration(length: number): number {
  return Math.min(0.25 + 0.45 * Math.abs(length), 1.6);
}

export function easeInOut(share: number): number {
  return share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
}
