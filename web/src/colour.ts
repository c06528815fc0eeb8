/** Colours by perception: OKLCH (Ottosson 2020) to sRGB, and contrast as WCAG 2 counts it. */

export type Rgb = readonly [number, number, number];

/** OKLCH to sRGB in 0–255; the chroma is lowered until the colour exists on screen. */
export function oklch(lightness: number, chroma: number, hue: number): Rgb {
  for (let c = chroma; c > 0; c -= 0.004) {
    const rgb = unclipped(lightness, c, hue);
    if (rgb.every((v) => v >= -0.001 && v <= 1.001)) return toBytes(rgb);
  }
  return toBytes(unclipped(lightness, 0, hue));
}

function unclipped(lightness: number, chroma: number, hue: number): [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function gamma(v: number): number {
  return v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055;
}

function toBytes(rgb: [number, number, number]): Rgb {
  const byte = (v: number) => Math.round(255 * Math.min(Math.max(v, 0), 1));
  return [byte(rgb[0]), byte(rgb[1]), byte(rgb[2])];
}

export function css([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

/** Contrast of two colours, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** A readable text colour of a hue: as vivid as can be with at least the contrast asked for. */
export function ink(hue: number, chroma: number, background: Rgb, least: number): Rgb {
  const dark = luminance(background) < 0.2;
  for (let step = 0; step <= 20; step++) {
    const lightness = dark ? 0.82 + step * 0.009 : 0.5 - step * 0.02;
    const rgb = oklch(lightness, chroma, hue);
    if (contrast(rgb, background) >= least) return rgb;
  }
  return dark ? [255, 255, 255] : [0, 0, 0];
}
