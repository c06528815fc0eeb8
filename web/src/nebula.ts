/** The light around the points of the cosmos: their colours, summed at low resolution; it is also the ground. */

import type { Rgb } from "./colour";
import { program, sumsLight, thinned, type Program, type Thinned } from "./gl";
import { NEBULA_VERTEX } from "./cosmosShaders";
import { GLOW_FRAGMENT, SHEET_VERTEX, TINT_FRAGMENT } from "./shaders";

/** Pixels of the view for one of the light, which has no edges. */
const COARSE = 12;
/** More points than this are thinned evenly: the light looks the same and stays cheap. */
const MOST = 2000;
/** Width of the light of a point, in distances of the points that give it, and at most in CSS pixels. */
const WIDE = 2.6;
const WIDEST = 420;
/** Of the middle of the light of one point. */
const WEIGHT = 0.16;

export interface NebulaView {
  /** Distance of neighbours in world units. */
  readonly spacing: number;
  /** CSS pixels of a unit at a distance of one. */
  readonly focal: number;
  readonly ratio: number;
  readonly ground: Rgb;
  readonly night: boolean;
}

interface Target {
  readonly texture: WebGLTexture;
  readonly frame: WebGLFramebuffer;
}

export class Nebula {
  private readonly splat: Program;
  private readonly wash: Program;
  private readonly points: Thinned;
  /** The sum of the light, and the ground under it as it is seen. */
  private readonly sum: Target;
  private readonly seen: Target;
  private readonly usable: boolean;
  private width = 0;
  private height = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    positions: WebGLBuffer,
    look: WebGLBuffer,
    count: number,
  ) {
    this.usable = sumsLight(gl);
    this.splat = program(gl, NEBULA_VERTEX, GLOW_FRAGMENT);
    this.wash = program(gl, SHEET_VERTEX, TINT_FRAGMENT);
    this.points = thinned(gl, positions, look, count, { most: MOST, axes: 3 });
    this.sum = { texture: gl.createTexture(), frame: gl.createFramebuffer() };
    this.seen = { texture: gl.createTexture(), frame: gl.createFramebuffer() };
  }

  private resize(w: number, h: number): void {
    const gl = this.gl;
    if (w === this.width && h === this.height) return;
    [this.width, this.height] = [w, h];
    room(gl, this.sum, () => gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA16F, w, h, 0, gl.RGBA, gl.HALF_FLOAT, null));
    room(gl, this.seen, () => gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, w, h, 0, gl.RGBA, gl.UNSIGNED_BYTE, null));
  }

  /** Fill the view with the ground and the light; `setView` sets the uniforms of the eye. */
  draw(view: NebulaView, width: number, height: number, setView: (used: Program) => void): void {
    const gl = this.gl;
    const [r, g, b] = view.ground;
    gl.clearColor(r / 255, g / 255, b / 255, 1);
    if (!this.usable) {
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.clear(gl.COLOR_BUFFER_BIT);
      return;
    }
    this.resize(Math.ceil(width / COARSE), Math.ceil(height / COARSE));
    gl.viewport(0, 0, this.width, this.height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.seen.frame);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.sum.frame);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.blendFunc(gl.ONE, gl.ONE);
    this.addLights(view, setView);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.seen.frame);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.tint(view.night);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.seen.frame);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
    gl.blitFramebuffer(0, 0, this.width, this.height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.LINEAR);
  }

  private addLights(view: NebulaView, setView: (used: Program) => void): void {
    const gl = this.gl;
    const pixel = view.ratio / COARSE;
    const wide = WIDE * view.spacing * Math.cbrt(this.points.every);
    gl.useProgram(this.splat.handle);
    setView(this.splat);
    gl.uniform2f(this.splat.uniform("u_size"), wide * view.focal * pixel, WIDEST * pixel);
    gl.uniform1f(this.splat.uniform("u_weight"), WEIGHT);
    gl.bindVertexArray(this.points.shape);
    gl.drawElements(gl.POINTS, this.points.drawn, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }

  private tint(night: boolean): void {
    const gl = this.gl;
    gl.useProgram(this.wash.handle);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.sum.texture);
    gl.uniform1i(this.wash.uniform("u_sum"), 0);
    gl.uniform1f(this.wash.uniform("u_strength"), night ? 0.36 : 0.24);
    gl.uniform1f(this.wash.uniform("u_bands"), 0);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }
}

/** Give a target the room that `make` makes. */
function room(gl: WebGL2RenderingContext, { texture, frame }: Target, make: () => void): void {
  gl.bindTexture(gl.TEXTURE_2D, texture);
  make();
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.LINEAR);
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
}
