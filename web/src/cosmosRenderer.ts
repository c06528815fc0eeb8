/** Draws the cosmos: the light of the topics, then points or pictures from back to front. */

import type { Rgb } from "./colour";
import type { Size } from "./camera";
import { PICTURE_FRAGMENT, PICTURE_VERTEX, STAR_FRAGMENT, STAR_VERTEX } from "./cosmosShaders";
import { buffer, program, type Program } from "./gl";
import { Nebula } from "./nebula";
import { axesOf, NEAR, type Lens, type Orbit } from "./orbit";
import type { Style } from "./renderer";
import { DepthOrder, type Whole } from "./space";
import { upload, type Sheet } from "./sprites";

/** How wide things are drawn: world units, and the least and most CSS pixels. */
export type Width = readonly [world: number, least: number, most: number];

export interface CosmosScene {
  readonly orbit: Orbit;
  readonly lens: Lens;
  readonly size: Size;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  readonly points: Width;
  /** Null to draw points alone. */
  readonly pictures: Width | null;
  readonly ground: Rgb;
  readonly ring: Rgb;
  readonly night: boolean;
  /** The point under the mouse or pinned, −1 for none. */
  readonly marked: number;
}

/** How points are drawn: the width of the ring, 0 for a disc, and how much wider than it is, in CSS pixels. */
interface Pen {
  readonly ring: number;
  readonly grow: number;
}

/** Bytes of a corner of a picture: position, opacity and size, tile. */
const BYTES = 12;
/** The corners of the two triangles of a picture: four corners each, not instances, which software draws one by one. */
const TRIANGLES = [0, 1, 2, 2, 1, 3];

export class CosmosRenderer {
  private stars!: Program;
  private pictures!: Program;
  private nebula!: Nebula;
  private shape!: WebGLVertexArrayObject;
  private squares!: WebGLVertexArrayObject;
  private look!: WebGLBuffer;
  private corners!: WebGLBuffer;
  private texture: WebGLTexture | null = null;
  private sheet: Sheet | null = null;
  /** Whether some point has no picture. */
  private anyBare = false;
  private style: Style;
  private readonly depth: DepthOrder;
  private bytes: Uint8Array<ArrayBuffer>;
  private readonly count: number;

  /** Null when the browser has no WebGL2. */
  static create(
    canvas: HTMLCanvasElement,
    xyz: Uint16Array,
    whole: Whole,
    onRestored: () => void,
  ): CosmosRenderer | null {
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, preserveDrawingBuffer: false });
    return gl && new CosmosRenderer(gl, canvas, xyz, whole, onRestored);
  }

  private constructor(
    private readonly gl: WebGL2RenderingContext,
    canvas: HTMLCanvasElement,
    private readonly xyz: Uint16Array,
    private readonly whole: Whole,
    onRestored: () => void,
  ) {
    const count = (this.count = xyz.length / 3);
    this.style = { look: new Uint8Array(8 * count), order: new Uint32Array(0), ringed: 0 };
    this.depth = new DepthOrder(xyz, whole);
    this.bytes = new Uint8Array(0);
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
    this.stars = program(gl, STAR_VERTEX, STAR_FRAGMENT);
    this.pictures = program(gl, PICTURE_VERTEX, PICTURE_FRAGMENT);
    this.shape = gl.createVertexArray();
    gl.bindVertexArray(this.shape);
    const positions = buffer(gl, gl.ARRAY_BUFFER, this.xyz);
    gl.vertexAttribPointer(0, 3, gl.UNSIGNED_SHORT, true, 6, 0);
    this.look = buffer(gl, gl.ARRAY_BUFFER, this.style.look);
    gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 8, 0);
    gl.vertexAttribPointer(2, 1, gl.UNSIGNED_BYTE, true, 8, 4);
    for (const location of [0, 1, 2]) gl.enableVertexAttribArray(location);
    buffer(gl, gl.ELEMENT_ARRAY_BUFFER, new Uint32Array(this.count));
    this.nebula = new Nebula(gl, positions, this.look, this.count);
    if (this.sheet) this.setSheet(this.sheet);
  }

  setSheet(sheet: Sheet): void {
    const gl = this.gl;
    const most = this.count + 1; // the marked one is drawn again on top
    this.sheet = sheet;
    this.anyBare = sheet.index.includes(-1);
    this.texture = upload(gl, sheet.bitmap);
    this.bytes = new Uint8Array(4 * BYTES * most);
    this.squares = gl.createVertexArray();
    gl.bindVertexArray(this.squares);
    this.corners = buffer(gl, gl.ARRAY_BUFFER, this.bytes);
    gl.vertexAttribPointer(0, 3, gl.UNSIGNED_SHORT, true, BYTES, 0);
    gl.vertexAttribPointer(1, 1, gl.UNSIGNED_BYTE, true, BYTES, 6);
    gl.vertexAttribPointer(2, 1, gl.UNSIGNED_BYTE, true, BYTES, 7);
    gl.vertexAttribPointer(3, 1, gl.FLOAT, false, BYTES, 8);
    for (const location of [0, 1, 2, 3]) gl.enableVertexAttribArray(location);
    buffer(
      gl,
      gl.ELEMENT_ARRAY_BUFFER,
      Uint32Array.from({ length: 6 * most }, (_, i) => 4 * Math.floor(i / 6) + TRIANGLES[i % 6]),
    );
    gl.bindVertexArray(null);
  }

  setStyle(style: Style): void {
    const gl = this.gl;
    this.style = style;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.look);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, style.look);
  }

  draw(scene: CosmosScene): void {
    const gl = this.gl;
    if (gl.isContextLost()) return;
    const [width, height] = [Math.round(scene.size.width * scene.ratio), Math.round(scene.size.height * scene.ratio)];
    gl.enable(gl.BLEND);
    const view = { ...scene, spacing: this.whole.spacing, focal: scene.lens.focal };
    this.nebula.draw(view, width, height, (used) => this.setView(used, scene));
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, width, height);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const { order, ringed } = this.style;
    const sorted = this.depth.sort(order, ringed, scene.orbit);
    if (scene.pictures && this.sheet && this.texture) this.drawPictures(scene, scene.pictures, sorted, this.sheet);
    else {
      this.drawStars(scene, scene.points, sorted);
      this.drawRings(scene, scene.points, sorted);
    }
  }

  private drawPictures(scene: CosmosScene, width: Width, sorted: Uint32Array, sheet: Sheet): void {
    const { gl, pictures } = this;
    if (this.anyBare) this.drawStars(scene, scene.points, sorted.filter((point) => sheet.index[point] < 0));
    this.drawRings(scene, width, sorted);
    const drawn = this.layOut(sorted, scene.marked, sheet.index);
    gl.useProgram(pictures.handle);
    gl.bindVertexArray(this.squares);
    this.setView(pictures, scene);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform1i(pictures.uniform("u_sheet"), 0);
    gl.uniform3f(pictures.uniform("u_size"), width[0] * scene.lens.focal, width[1], width[2]);
    gl.uniform2f(pictures.uniform("u_pixel"), 2 / scene.size.width, 2 / scene.size.height);
    gl.uniform1f(pictures.uniform("u_columns"), sheet.columns);
    gl.uniform2f(pictures.uniform("u_tile"), 1 / sheet.across, 1 / sheet.down);
    gl.uniform2f(pictures.uniform("u_texel"), 0.5 / sheet.bitmap.width, 0.5 / sheet.bitmap.height);
    gl.drawElements(gl.TRIANGLES, 6 * drawn, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }

  /** Lay the pictures out from back to front, the marked one last; tells how many there are. */
  private layOut(sorted: Uint32Array, marked: number, index: Int32Array): number {
    const { bytes, xyz } = this;
    const { look } = this.style;
    const steps = new Uint16Array(bytes.buffer);
    const tiles = new Float32Array(bytes.buffer);
    let drawn = 0;
    const add = (point: number) => {
      if (index[point] < 0) return;
      const at = drawn++ * 4 * BYTES;
      for (const axis of [0, 1, 2]) steps[at / 2 + axis] = xyz[3 * point + axis];
      bytes[at + 6] = look[8 * point + 3];
      bytes[at + 7] = look[8 * point + 4];
      tiles[at / 4 + 2] = index[point];
      for (const corner of [1, 2, 3]) bytes.copyWithin(at + corner * BYTES, at, at + BYTES);
    };
    for (const point of sorted) add(point);
    if (marked >= 0 && look[8 * marked + 4] > 0) add(marked);
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.corners);
    this.gl.bufferSubData(this.gl.ARRAY_BUFFER, 0, bytes.subarray(0, drawn * 4 * BYTES));
    return drawn;
  }

  private drawStars(scene: CosmosScene, width: Width, order: Uint32Array): void {
    const draw = this.penFor(scene, width, order);
    draw(0, order.length, { ring: 0, grow: 0 });
    this.gl.bindVertexArray(null);
  }

  /** Rings around what is found and what is marked. */
  private drawRings(scene: CosmosScene, width: Width, order: Uint32Array): void {
    const { ringed } = this.style;
    const at = scene.marked < 0 ? -1 : order.indexOf(scene.marked);
    if (ringed === 0 && at < 0) return;
    const draw = this.penFor(scene, width, order);
    // A crowd of hits gets thin rings, a few get bold ones.
    const ring = Math.min(2, Math.max(0.8, 3 - 0.7 * Math.log10(ringed + 1)));
    draw(order.length - ringed, ringed, { ring, grow: 4 + 2 * ring });
    if (at >= 0) draw(at, 1, { ring: 2, grow: 14 });
    this.gl.bindVertexArray(null);
  }

  private penFor(
    scene: CosmosScene,
    width: Width,
    order: Uint32Array,
  ): (from: number, length: number, pen: Pen) => void {
    const { gl, stars } = this;
    gl.useProgram(stars.handle);
    gl.bindVertexArray(this.shape);
    this.setView(stars, scene);
    gl.bufferSubData(gl.ELEMENT_ARRAY_BUFFER, 0, order);
    gl.uniform1f(stars.uniform("u_ratio"), scene.ratio);
    gl.uniform3f(stars.uniform("u_size"), width[0] * scene.lens.focal, width[1], width[2]);
    const [r, g, b] = scene.ring;
    return (from, length, { ring, grow }) => {
      gl.uniform4f(stars.uniform("u_ring"), r / 255, g / 255, b / 255, ring * scene.ratio);
      gl.uniform1f(stars.uniform("u_light"), scene.night && ring === 0 ? 0.22 : 0);
      gl.uniform1f(stars.uniform("u_grow"), grow);
      gl.drawElements(gl.POINTS, length, gl.UNSIGNED_INT, 4 * from);
    };
  }

  /** Set the uniforms that turn world positions into clip space. */
  private setView(used: Program, { orbit, lens, size, ground }: CosmosScene): void {
    const gl = this.gl;
    const { right, up, forward } = axesOf(orbit);
    gl.uniform3fv(used.uniform("u_target"), orbit.target);
    gl.uniform3fv(used.uniform("u_right"), right);
    gl.uniform3fv(used.uniform("u_up"), up);
    gl.uniform3fv(used.uniform("u_forward"), forward);
    gl.uniform1f(used.uniform("u_distance"), orbit.distance);
    gl.uniform1f(used.uniform("u_near"), NEAR);
    gl.uniform2f(used.uniform("u_focal"), (2 * lens.focal) / size.width, (2 * lens.focal) / size.height);
    gl.uniform2f(used.uniform("u_shift"), (2 * lens.x) / size.width - 1, 1 - (2 * lens.y) / size.height);
    const reach = Math.max(this.whole.reach, this.whole.tall);
    gl.uniform2f(used.uniform("u_haze"), Math.max(orbit.distance - 0.5 * reach, NEAR), orbit.distance + 1.35 * reach);
    gl.uniform3f(used.uniform("u_ground"), ground[0] / 255, ground[1] / 255, ground[2] / 255);
  }
}
