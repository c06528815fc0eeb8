/** The eye in space: plain numbers and the mathematics of turning round a spot. World units are [0, 1], y upwards. */

export type Vec = readonly [number, number, number];

export interface Orbit {
  /** World point that the eye turns round and looks at. */
  readonly target: Vec;
  /** Radians round the upright axis, and above the level of the target. */
  readonly azimuth: number;
  readonly elevation: number;
  /** From the eye to the target, in world units. */
  readonly distance: number;
}

/** What turns directions into pixels. */
export interface Lens {
  /** CSS pixels of one unit at a distance of one unit. */
  readonly focal: number;
  /** Where the target stands on the screen, in CSS pixels. */
  readonly x: number;
  readonly y: number;
}

/** The axes of the view, each of length 1. */
export interface Axes {
  readonly right: Vec;
  readonly up: Vec;
  readonly forward: Vec;
}

/** Nearer things are behind the eye, or as good as that. */
export const NEAR = 0.02;
/** Half the angle of the view, from top to bottom. */
const HALF_ANGLE = (25 * Math.PI) / 180;
/** So steep that up and down do not change places. */
const STEEPEST = 1.45;
/** Radians a pixel. */
const TURN = 0.005;

export function focalOf(height: number): number {
  return height / 2 / Math.tan(HALF_ANGLE);
}

export function axesOf({ azimuth, elevation }: Orbit): Axes {
  const [ca, sa, ce, se] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
  return { right: [ca, 0, -sa], up: [-se * sa, ce, -se * ca], forward: [-ce * sa, -se, -ce * ca] };
}

export function dot(a: Vec, b: Vec): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** The spot so far to the right of another one and above it, as the view goes, in world units. */
function moved(from: Vec, { right, up }: Axes, x: number, y: number): Vec {
  const at = (i: 0 | 1 | 2) => from[i] + x * right[i] + y * up[i];
  return [at(0), at(1), at(2)];
}

/** Where a world point is on the screen, in CSS pixels, and how far from the eye along its look. */
export function project(
  orbit: Orbit,
  lens: Lens,
  point: Vec,
  axes = axesOf(orbit),
): [x: number, y: number, depth: number] {
  const { target, distance } = orbit;
  const away: Vec = [point[0] - target[0], point[1] - target[1], point[2] - target[2]];
  const depth = distance + dot(away, axes.forward);
  const scale = lens.focal / depth;
  return [lens.x + dot(away, axes.right) * scale, lens.y - dot(away, axes.up) * scale, depth];
}

/** Turn round the target so that what is before it follows the hand. */
export function turnBy(orbit: Orbit, dx: number, dy: number): Orbit {
  const elevation = clamp(orbit.elevation + dy * TURN, -STEEPEST, STEEPEST);
  return { ...orbit, azimuth: orbit.azimuth - dx * TURN, elevation };
}

/** Move sideways so that what is as far as the target follows the hand. */
export function slideBy(orbit: Orbit, lens: Lens, dx: number, dy: number): Orbit {
  const pixel = orbit.distance / lens.focal;
  return held({ ...orbit, target: moved(orbit.target, axesOf(orbit), -dx * pixel, dy * pixel) });
}

/** Come nearer by a factor so that what is under a pixel, as far away as the target, stays under it. */
export function nearBy(
  orbit: Orbit,
  lens: Lens,
  px: number,
  py: number,
  factor: number,
  [least, most]: readonly [number, number],
): Orbit {
  const distance = clamp(orbit.distance / factor, least, most);
  const step = (orbit.distance - distance) / lens.focal;
  return { ...orbit, target: moved(orbit.target, axesOf(orbit), (px - lens.x) * step, (lens.y - py) * step), distance };
}

/** Keep the target near the world, so that nobody gets lost. */
export function held(orbit: Orbit): Orbit {
  const [x, y, z] = orbit.target.map((value) => clamp(value, -0.25, 1.25));
  return { ...orbit, target: [x, y, z] };
}

/** The way from one place to another at a share in [0, 1], round the shorter side. */
export function between(from: Orbit, to: Orbit, share: number): Orbit {
  const mix = (a: number, b: number) => a + (b - a) * share;
  const round = Math.PI * 2;
  const turn = to.azimuth - from.azimuth;
  return {
    target: [0, 1, 2].map((i) => mix(from.target[i], to.target[i])) as unknown as Vec,
    azimuth: from.azimuth + (turn - round * Math.round(turn / round)) * share,
    elevation: mix(from.elevation, to.elevation),
    distance: Math.exp(mix(Math.log(from.distance), Math.log(to.distance))),
  };
}

/**
 * How far away a body fits into the free part of the view on every side that it turns to.
 *
 * @param reach half its width from the upright axis through its middle
 * @param tall half its height
 */
export function distanceFor(
  reach: number,
  tall: number,
  elevation: number,
  focal: number,
  free: { readonly width: number; readonly height: number },
): number {
  const across = reach / Math.sin(Math.atan(Math.max(free.width, 40) / 2 / focal));
  const above = tall * Math.cos(elevation) + reach * Math.abs(Math.sin(elevation));
  const upright = (above * focal * 2) / Math.max(free.height, 40) + reach * 0.5;
  return Math.max(across, upright, 4 * NEAR);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
