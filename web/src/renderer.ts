/** Draws the map: a wash of tints, points or pictures, and rings around what is found. */

import type { Camera, Size } from "./camera";
import type { Rgb } from "./colour";
import { Glow } from "./glow";
import { buffer, program, type Program } from "./gl";
import { POINT_FRAGMENT, POINT_VERTEX } from "./shaders";
import { bareFirst, SpriteLayer, type Sheet } from "./sprites";
import { Still } from "./still";

/** How each point looks, and in which order points are drawn. */
export interface Style {
  /** Red, green, blue, opacity, size (128 is 1), three spare bytes; for each point. */
  readonly look: Uint8Array;
  /** Points from the bottom up. */
  readonly order: Uint32Array;
  /** How many at the end of the order get a ring. */
  readonly ringed: number;
}

export interface Scene {
  readonly camera: Camera;
  readonly size: Size;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  /** Diameter of a point in CSS pixels. */
  readonly pointSize: number;
  /** Side of a picture in CSS pixels, 0 to draw points. */
  readonly spriteSize: number;
  readonly ground: Rgb;
  readonly ring: Rgb;
  readonly night: boolean;
  /** The point under the mouse or pinned, -1 for none. */
  readonly marked: number;
}

/** How a run of points is drawn, in CSS pixels. */
interface Pen {
  /** Width of the ring, 0 for none. */
  readonly ring: number;
  /** 1 for a disc, 0 for the ring alone. */
  readonly fill: number;
  readonly grow: number;
  /** Diameter before it grows. */
  readonly size: number;
}

export class Renderer {
  private readonly gl: WebGL2RenderingContext;
  private points!: Program;
  private glow!: Glow;
  private still!: Still;
  private sheet: Sheet | null = null;
  private sprites: SpriteLayer | null = null;
  /** How many points at the start of the order have no picture. */
  private bare = 0;
  private shape!: WebGLVertexArrayObject;
  private look!: WebGLBuffer;
  private style: Style;

  /** Null when the browser has no WebGL2. */
  static create(canvas: HTMLCanvasElement, xy: Uint16Array, onRestored: () => void): Renderer | null {
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, preserveDrawingBuffer: false });
    return gl && new Renderer(gl, canvas, xy, onRestored);
  }

  private constructor(
    gl: WebGL2RenderingContext,
    canvas: HTMLCanvasElement,
    private readonly xy: Uint16Array,
    onRestored: () => void,
  ) {
    this.gl = gl;
    const count = xy.length / 2;
    this.style = { look: new Uint8Array(8 * count), order: new Uint32Array(count), ringed: 0 };
    this.build();
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.build();
      onRestored();
    });
  }

  /** Make everything that lives on the graphics card; again after a lost context. */
  private build(): void {
    const gl = this.gl;
    this.points = program(gl, POINT_VERTEX, POINT_FRAGMENT);
    this.shape = gl.createVertexArray();
    gl.bindVertexArray(this.shape);
    const positions = buffer(gl, gl.ARRAY_BUFFER, this.xy);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.UNSIGNED_SHORT, true, 4, 0);
    this.look = buffer(gl, gl.ARRAY_BUFFER, this.style.look);
    for (const location of [1, 2]) gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 8, 0);
    gl.vertexAttribPointer(2, 1, gl.UNSIGNED_BYTE, true, 8, 4);
    buffer(gl, gl.ELEMENT_ARRAY_BUFFER, this.style.order);
    gl.bindVertexArray(null);
    this.glow = new Glow(gl, positions, this.look, this.xy.length / 2);
    this.still = new Still(gl);
    if (this.sheet) this.setSheet(this.sheet);
  }

  setSheet(sheet: Sheet): void {
    this.sheet = sheet;
    this.sprites = new SpriteLayer(this.gl, this.xy, sheet);
    this.setStyle(this.style);
  }

  setStyle(style: Style): void {
    const gl = this.gl;
    if (this.sheet) {
      const [order, bare] = bareFirst(style.order, style.ringed, this.sheet.index);
      this.bare = bare;
      style = { ...style, order };
    }
    this.style = style;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.look);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, style.look);
    gl.bindVertexArray(this.shape);
    gl.bufferSubData(gl.ELEMENT_ARRAY_BUFFER, 0, style.order);
    gl.bindVertexArray(null);
    this.sprites?.setStyle(style);
    this.still.forget();
  }

  /**
   * Draw a scene, or show the last drawing moved along where that is good enough for now.
   *
   * @param final whether only the scene itself will do
   * @returns whether what is seen is the scene itself
   */
  draw(scene: Scene, final: boolean): boolean {
    const gl = this.gl;
    if (gl.isContextLost()) return true;
    const [width, height] = [Math.round(scene.size.width * scene.ratio), Math.round(scene.size.height * scene.ratio)];
    gl.enable(gl.BLEND);
    const same = this.still.shows(scene);
    const kept = same || (!final && this.still.standsFor(scene));
    if (!kept) this.glow.sum(scene, width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, width, height);
    const [r, g, b] = scene.ground;
    gl.clearColor(r / 255, g / 255, b / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    if (kept) this.still.draw(scene);
    else this.drawAll(scene, width, height);
    this.mark(scene);
    return same || !kept;
  }

  private drawAll(scene: Scene, width: number, height: number): void {
    this.glow.tint(scene);
    const showSprites = this.sprites !== null && scene.spriteSize > 0;
    const { order, ringed } = this.style;
    const plain = order.length - ringed;
    this.drawPoints(scene, 0, showSprites ? this.bare : plain, { ring: 0, fill: 1, grow: 0, size: scene.pointSize });
    // A crowd of hits gets thin rings, a few get bold ones.
    const ring = Math.min(2, Math.max(0.8, 3 - 0.7 * Math.log10(ringed + 1)));
    this.drawPoints(scene, plain, ringed, { ring, fill: 1, grow: 2 * ring, size: around(scene, showSprites) });
    if (showSprites) this.sprites?.draw(scene, width, height);
    this.still.keep(scene, width, height);
  }

  /** A ring around the point under the mouse or pinned. */
  private mark(scene: Scene): void {
    const at = scene.marked < 0 ? -1 : this.style.order.indexOf(scene.marked);
    const size = around(scene, this.sprites !== null && scene.spriteSize > 0);
    if (at >= 0) this.drawPoints(scene, at, 1, { ring: 2, fill: 0, grow: 14, size });
  }

  private drawPoints(scene: Scene, from: number, length: number, pen: Pen): void {
    if (length === 0) return;
    const gl = this.gl;
    gl.useProgram(this.points.handle);
    gl.bindVertexArray(this.shape);
    setView(gl, this.points, scene);
    const [r, g, b] = scene.ring;
    gl.uniform4f(this.points.uniform("u_ring"), r / 255, g / 255, b / 255, pen.ring > 0 ? 1 : 0);
    gl.uniform1f(this.points.uniform("u_width"), pen.ring * scene.ratio);
    gl.uniform1f(this.points.uniform("u_fill"), pen.fill);
    gl.uniform1f(this.points.uniform("u_light"), scene.night && pen.ring === 0 ? 0.22 : 0);
    gl.uniform1f(this.points.uniform("u_size"), pen.size * scene.ratio);
    gl.uniform1f(this.points.uniform("u_grow"), pen.grow * scene.ratio);
    gl.drawElements(gl.POINTS, length, gl.UNSIGNED_INT, 4 * from);
    gl.bindVertexArray(null);
  }
}

/** Diameter of a ring around a point or its picture. */
function around({ pointSize, spriteSize }: Scene, showSprites: boolean): number {
  return showSprites ? spriteSize * 1.15 : pointSize;
}

/** Set the uniforms that turn world positions into clip space. */
export function setView(gl: WebGL2RenderingContext, used: Program, { camera, size }: Scene): void {
  gl.uniform2f(used.uniform("u_middle"), camera.x, camera.y);
  gl.uniform2f(used.uniform("u_zoom"), (2 * camera.scale) / size.width, (2 * camera.scale) / size.height);
}
