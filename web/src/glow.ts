/** The wash of tints beneath the points: their density by topic colour, summed at low resolution. */

import { program, sumsLight, thinned, type Program, type Thinned } from "./gl";
import { setView, type Scene } from "./renderer";
import { GLOW_FRAGMENT, GLOW_VERTEX, SHEET_VERTEX, TINT_FRAGMENT } from "./shaders";

const COARSE = 4;
/** More points than this are thinned evenly: the wash looks the same and stays cheap. */
const MOST = 16_000;

export class Glow {
  private readonly splat: Program;
  private readonly wash: Program;
  private readonly points: Thinned;
  private readonly target: WebGLFramebuffer;
  private readonly texture: WebGLTexture;
  private readonly usable: boolean;
  private width = 0;
  private height = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    positions: WebGLBuffer,
    look: WebGLBuffer,
    private readonly count: number,
  ) {
    this.usable = sumsLight(gl);
    this.splat = program(gl, GLOW_VERTEX, GLOW_FRAGMENT);
    this.wash = program(gl, SHEET_VERTEX, TINT_FRAGMENT);
    this.points = thinned(gl, positions, look, count, { most: MOST, axes: 2 });
    this.texture = gl.createTexture();
    this.target = gl.createFramebuffer();
  }

  private resize(width: number, height: number): void {
    const gl = this.gl;
    const [w, h] = [Math.ceil(width / COARSE), Math.ceil(height / COARSE)];
    if (w === this.width && h === this.height) return;
    [this.width, this.height] = [w, h];
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA16F, w, h, 0, gl.RGBA, gl.HALF_FLOAT, null);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.LINEAR);
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
  }

  /** Sum the points' Gaussians; their weight is scaled so that 1 is the mean density of the map. */
  sum(scene: Scene, width: number, height: number): void {
    if (!this.usable) return;
    const gl = this.gl;
    this.resize(width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.viewport(0, 0, this.width, this.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.blendFunc(gl.ONE, gl.ONE);
    const spacing = scene.camera.scale / Math.sqrt(Math.max(this.points.drawn, 1));
    const reach = Math.min(Math.max(scene.pointSize * 3 + spacing * 1.1, 22), 120);
    const side = (2 * reach * scene.ratio) / COARSE;
    const mean = (this.points.drawn * reach ** 2 * 0.78) / scene.camera.scale ** 2;
    gl.useProgram(this.splat.handle);
    setView(gl, this.splat, scene);
    gl.uniform1f(this.splat.uniform("u_size"), side);
    gl.uniform1f(this.splat.uniform("u_weight"), 0.5 / Math.max(mean, 0.3));
    gl.bindVertexArray(this.points.shape);
    gl.drawElements(gl.POINTS, this.points.drawn, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }

  /** Lay the wash over the ground. */
  tint(scene: Scene): void {
    if (!this.usable) return;
    const gl = this.gl;
    gl.useProgram(this.wash.handle);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform1i(this.wash.uniform("u_sum"), 0);
    const spacing = scene.camera.scale / Math.sqrt(Math.max(this.count, 1));
    const fading = Math.min(1, (60 / spacing) ** 0.6); // near the ground single points matter, not their density
    gl.uniform1f(this.wash.uniform("u_strength"), fading * (scene.night ? 0.32 : 0.34));
    gl.uniform1f(this.wash.uniform("u_bands"), scene.night ? 0 : 0.75);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }
}
