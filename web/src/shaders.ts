/** The shaders of the map. Positions come as 16-bit steps, normalised to [0, 1]. */

const PLACE = `
uniform vec2 u_middle;
uniform vec2 u_zoom;
vec4 place(vec2 position) { return vec4((position - u_middle) * u_zoom, 0.0, 1.0); }
`;

export const POINT_VERTEX = `${PLACE}
layout(location = 0) in vec2 a_position;
layout(location = 1) in vec4 a_colour;
layout(location = 2) in float a_size;
uniform float u_size;
uniform float u_grow;
out vec4 v_colour;
flat out float v_pixels;
void main() {
  gl_Position = place(a_position);
  v_pixels = u_size * a_size * 2.0 + u_grow;
  gl_PointSize = v_pixels;
  v_colour = a_size > 0.0 ? a_colour : vec4(0.0);
}`;

/** A disc with a soft edge; with a ring when one is asked for. Colours come out premultiplied. */
export const POINT_FRAGMENT = `
uniform vec4 u_ring;
uniform float u_width;
uniform float u_fill;
uniform float u_light;
in vec4 v_colour;
flat in float v_pixels;
out vec4 o_colour;
void main() {
  float away = length(gl_PointCoord - 0.5) * v_pixels;
  float edge = v_pixels * 0.5;
  float disc = 1.0 - smoothstep(edge - 1.0, edge, away);
  if (disc <= 0.0) discard;
  float rim = u_ring.a * smoothstep(edge - u_width - 1.0, edge - u_width, away);
  vec3 colour = mix(v_colour.rgb, u_ring.rgb, rim);
  float alpha = disc * max(v_colour.a * u_fill, rim);
  // Light that partly adds up makes crowded places shine at night.
  o_colour = vec4(colour * alpha, alpha * (1.0 - u_light));
}`;

export const GLOW_VERTEX = `${PLACE}
layout(location = 0) in vec2 a_position;
layout(location = 1) in vec4 a_colour;
layout(location = 2) in float a_size;
uniform float u_size;
uniform float u_weight;
out vec4 v_colour;
void main() {
  gl_Position = place(a_position);
  gl_PointSize = u_size;
  // Noise, known by its size, leaves no tint; neither does what is out of focus.
  v_colour = vec4(a_colour.rgb, a_size > 0.45 && a_colour.a > 0.35 ? u_weight : 0.0);
}`;

/** One Gaussian a point: colour times weight, and weight. */
export const GLOW_FRAGMENT = `
in vec4 v_colour;
out vec4 o_colour;
void main() {
  float away = length(gl_PointCoord - 0.5) * 2.0;
  float weight = max(exp(-4.0 * away * away) - 0.018, 0.0) * v_colour.a;
  o_colour = vec4(v_colour.rgb * weight, weight);
}`;

export const SHEET_VERTEX = `
out vec2 v_at;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  v_at = corner;
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

/** A picture of the view, moved and stretched in clip space. */
export const STILL_VERTEX = `
uniform float u_stretch;
uniform vec2 u_shift;
out vec2 v_at;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  v_at = corner;
  gl_Position = vec4((corner * 2.0 - 1.0) * u_stretch + u_shift, 0.0, 1.0);
}`;

export const STILL_FRAGMENT = `
uniform sampler2D u_picture;
in vec2 v_at;
out vec4 o_colour;
void main() { o_colour = vec4(texture(u_picture, v_at).rgb, 1.0); }`;

/** Summed Gaussians as a wash in bands, like the tints between the height lines of a printed map. */
export const TINT_FRAGMENT = `
uniform sampler2D u_sum;
uniform float u_strength;
uniform float u_bands;
in vec2 v_at;
out vec4 o_colour;
void main() {
  vec4 sum = texture(u_sum, v_at);
  if (sum.a < 0.002) discard;
  float height = log2(1.0 + sum.a * 6.0);
  float band = floor(height);
  float within = height - band;
  float soft = max(fwidth(height), 0.02);
  float stepped = band + smoothstep(1.0 - soft * 1.5, 1.0, within);
  float level = mix(height, stepped, u_bands);
  float alpha = u_strength * (1.0 - exp(-0.45 * level));
  o_colour = vec4(sum.rgb / sum.a * alpha, alpha);
}`;

export const SPRITE_VERTEX = `${PLACE}
layout(location = 0) in vec2 a_position;
layout(location = 1) in vec4 a_colour;
layout(location = 2) in float a_size;
layout(location = 3) in float a_tile;
uniform vec2 u_pixel;
uniform float u_size;
uniform float u_columns;
uniform vec2 u_tile;
uniform vec2 u_texel;
out vec2 v_at;
out vec2 v_alpha;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, (gl_VertexID >> 1) & 1);
  float side = u_size * (a_size < 0.45 ? 0.7 : 1.0);
  gl_Position = place(a_position);
  gl_Position.xy += (corner - 0.5) * side * u_pixel;
  vec2 cell = vec2(mod(a_tile, u_columns), floor(a_tile / u_columns));
  // Half a texel in, so that no neighbour in the sheet shows at the edge.
  v_at = cell * u_tile + mix(u_texel, u_tile - u_texel, vec2(corner.x, 1.0 - corner.y));
  v_alpha = vec2(a_colour.a, a_size < 0.45 ? 1.0 : 0.0);
}`;

export const SPRITE_FRAGMENT = `
uniform sampler2D u_sheet;
in vec2 v_at;
in vec2 v_alpha;
out vec4 o_colour;
void main() {
  vec4 texel = texture(u_sheet, v_at);
  vec3 grey = vec3(dot(texel.rgb, vec3(0.3, 0.59, 0.11)));
  o_colour = vec4(mix(texel.rgb, grey, v_alpha.y), texel.a) * min(1.0, v_alpha.x * 1.1);
}`;
