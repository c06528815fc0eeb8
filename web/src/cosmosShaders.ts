/** The shaders of the cosmos. Positions come as 16-bit steps, normalised to [0, 1]. */

const PLACE = `
uniform vec3 u_target;
uniform vec3 u_right;
uniform vec3 u_up;
uniform vec3 u_forward;
uniform float u_distance;
uniform float u_near;
uniform vec2 u_focal;
uniform vec2 u_shift;
uniform vec2 u_haze;
vec4 place(vec3 position) {
  vec3 away = position - u_target;
  float depth = u_distance + dot(away, u_forward);
  if (depth < u_near) return vec4(0.0, 0.0, 2.0, 1.0); // behind the eye
  return vec4(vec2(dot(away, u_right), dot(away, u_up)) * u_focal + u_shift * depth, 0.0, depth);
}
float haze(float depth) { return 0.78 * smoothstep(u_haze.x, u_haze.y, depth); }
`;

export const STAR_VERTEX = `${PLACE}
layout(location = 0) in vec3 a_position;
layout(location = 1) in vec4 a_colour;
layout(location = 2) in float a_size;
uniform vec3 u_size;
uniform float u_grow;
uniform float u_ratio;
out vec4 v_colour;
out float v_haze;
flat out float v_pixels;
void main() {
  gl_Position = place(a_position);
  float width = clamp(u_size.x / gl_Position.w, u_size.y, u_size.z) * a_size * 2.0;
  v_pixels = (width + u_grow) * u_ratio;
  gl_PointSize = v_pixels;
  v_haze = haze(gl_Position.w);
  v_colour = a_size > 0.0 ? a_colour : vec4(0.0);
}`;

/** A disc with a soft edge that pales with its distance, or a ring. Colours come out premultiplied. */
export const STAR_FRAGMENT = `
uniform vec3 u_ground;
uniform vec4 u_ring;
uniform float u_light;
in vec4 v_colour;
in float v_haze;
flat in float v_pixels;
out vec4 o_colour;
void main() {
  float away = length(gl_PointCoord - 0.5) * v_pixels;
  float edge = v_pixels * 0.5;
  float disc = 1.0 - smoothstep(edge - 1.0, edge, away);
  if (disc <= 0.0) discard;
  float rim = u_ring.a > 0.0 ? smoothstep(edge - u_ring.a - 1.0, edge - u_ring.a, away) : 0.0;
  vec3 colour = u_ring.a > 0.0 ? u_ring.rgb : mix(v_colour.rgb, u_ground, v_haze);
  float alpha = disc * (u_ring.a > 0.0 ? rim : v_colour.a);
  o_colour = vec4(colour * alpha, alpha * (1.0 - u_light));
}`;

export const PICTURE_VERTEX = `${PLACE}
layout(location = 0) in vec3 a_position;
layout(location = 1) in float a_alpha;
layout(location = 2) in float a_size;
layout(location = 3) in float a_tile;
uniform vec3 u_size;
uniform vec2 u_pixel;
uniform float u_columns;
uniform vec2 u_tile;
uniform vec2 u_texel;
out vec2 v_at;
out vec3 v_look;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, (gl_VertexID >> 1) & 1);
  bool noise = a_size < 0.45;
  gl_Position = place(a_position);
  float depth = gl_Position.w;
  float side = clamp(u_size.x / depth, u_size.y, u_size.z) * (noise ? 0.7 : 1.0);
  gl_Position.xy += (corner - 0.5) * side * u_pixel * depth;
  vec2 cell = vec2(mod(a_tile, u_columns), floor(a_tile / u_columns));
  // Half a texel in, so that no neighbour in the sheet shows at the edge.
  v_at = cell * u_tile + mix(u_texel, u_tile - u_texel, vec2(corner.x, 1.0 - corner.y));
  v_look = vec3(min(1.0, a_alpha * 1.1), noise ? 1.0 : 0.0, haze(depth));
}`;

export const PICTURE_FRAGMENT = `
uniform sampler2D u_sheet;
uniform vec3 u_ground;
in vec2 v_at;
in vec3 v_look;
out vec4 o_colour;
void main() {
  vec4 texel = texture(u_sheet, v_at);
  vec3 grey = vec3(dot(texel.rgb, vec3(0.3, 0.59, 0.11)));
  vec3 colour = mix(mix(texel.rgb, grey, v_look.y), u_ground * texel.a, v_look.z);
  o_colour = vec4(colour, texel.a) * v_look.x;
}`;

export const NEBULA_VERTEX = `${PLACE}
layout(location = 0) in vec3 a_position;
layout(location = 1) in vec4 a_colour;
layout(location = 2) in float a_size;
uniform vec2 u_size;
uniform float u_weight;
out vec4 v_colour;
void main() {
  gl_Position = place(a_position);
  gl_PointSize = min(u_size.x / gl_Position.w, u_size.y);
  // Noise, known by its size, and what is out of focus give no light.
  bool shines = a_size > 0.45 && a_colour.a > 0.35;
  v_colour = vec4(a_colour.rgb, shines ? u_weight * (1.0 - haze(gl_Position.w)) : 0.0);
}`;
