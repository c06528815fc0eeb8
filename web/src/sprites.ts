/** Pictures as points: one textured square each, all from one sheet. */

import type { Sprites } from "./data";
import { buffer, program, type Program } from "./gl";
import { setView, type Scene, type Style } from "./renderer";
import { SPRITE_FRAGMENT, SPRITE_VERTEX } from "./shaders";

export interface Sheet extends Sprites {
  readonly bitmap: ImageBitmap;
  /** Rows and columns of tiles of the whole picture, fractions included. */
  readonly across: number;
  readonly down: number;
}

const BYTES = 16;

/** Decode the sheet. */
export async function loadSheet(sprites: Sprites): Promise<Sheet> {
  const bitmap = await createImageBitmap(sprites.image, { premultiplyAlpha: "premultiply" });
  return { ...sprites, bitmap, across: bitmap.width / sprites.tile, down: bitmap.height / sprites.tile };
}

/** Column and row of a point's tile in the sheet, null when it has none. */
export function tileOf(sprites: Sprites, point: number): [number, number] | null {
  const tile = sprites.index[point];
  return tile < 0 ? null : [tile % sprites.columns, Math.floor(tile / sprites.columns)];
}

/** Paint one tile over the whole of a canvas. */
export function paintTile(canvas: HTMLCanvasElement, sheet: Sheet, point: number): boolean {
  const at = tileOf(sheet, point);
  const context = canvas.getContext("2d");
  if (!at || !context) return false;
  const side = sheet.tile;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(sheet.bitmap, at[0] * side, at[1] * side, side, side, 0, 0, canvas.width, canvas.height);
  return true;
}

/** An order of drawing in which points without a picture come first, and how many of them: those with a ring stay last. */
export function bareFirst(order: Uint32Array, ringed: number, index: Int32Array): [Uint32Array, number] {
  const plain = order.subarray(0, order.length - ringed);
  const bare = plain.filter((point) => index[point] < 0);
  const sorted = new Uint32Array(order);
  sorted.set(bare);
  sorted.set(
    plain.filter((point) => index[point] >= 0),
    bare.length,
  );
  return [sorted, bare.length];
}

export class SpriteLayer {
  private readonly squares: Program;
  private readonly texture: WebGLTexture;
  private readonly shape: WebGLVertexArrayObject;
  private readonly corners: WebGLBuffer;
  private count = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly xy: Uint16Array,
    private readonly sheet: Sheet,
  ) {
    this.squares = program(gl, SPRITE_VERTEX, SPRITE_FRAGMENT);
    this.texture = upload(gl, sheet.bitmap);
    this.shape = gl.createVertexArray();
    gl.bindVertexArray(this.shape);
    this.corners = buffer(gl, gl.ARRAY_BUFFER, new Uint8Array(0));
    for (const location of [0, 1, 2, 3]) gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(0, 2, gl.UNSIGNED_SHORT, true, BYTES, 0);
    gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, BYTES, 4);
    gl.vertexAttribPointer(2, 1, gl.UNSIGNED_BYTE, true, BYTES, 8);
    gl.vertexAttribPointer(3, 1, gl.FLOAT, false, BYTES, 12);
    buffer(gl, gl.ELEMENT_ARRAY_BUFFER, triangles(sheet.index.length));
    gl.bindVertexArray(null);
  }

  /** Lay the pictures out in drawing order, each as four corners: renderers in software draw instances one by one. */
  setStyle({ look, order }: Style): void {
    const bytes = new Uint8Array(order.length * 4 * BYTES);
    const steps = new Uint16Array(bytes.buffer);
    const tiles = new Float32Array(bytes.buffer);
    this.count = 0;
    for (const point of order) {
      if (this.sheet.index[point] < 0) continue;
      const at = this.count++ * 4 * BYTES;
      steps[at / 2] = this.xy[2 * point];
      steps[at / 2 + 1] = this.xy[2 * point + 1];
      bytes.set(look.subarray(8 * point, 8 * point + 5), at + 4);
      tiles[at / 4 + 3] = this.sheet.index[point];
      bytes.copyWithin(at + BYTES, at, at + BYTES);
      bytes.copyWithin(at + 2 * BYTES, at, at + 2 * BYTES);
    }
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.corners);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, bytes.subarray(0, this.count * 4 * BYTES), this.gl.DYNAMIC_DRAW);
  }

  draw(scene: Scene, width: number, height: number): void {
    const gl = this.gl;
    gl.useProgram(this.squares.handle);
    gl.bindVertexArray(this.shape);
    setView(gl, this.squares, scene);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform1i(this.squares.uniform("u_sheet"), 0);
    gl.uniform2f(this.squares.uniform("u_pixel"), 2 / width, 2 / height);
    gl.uniform1f(this.squares.uniform("u_size"), scene.spriteSize * scene.ratio);
    gl.uniform1f(this.squares.uniform("u_columns"), this.sheet.columns);
    gl.uniform2f(this.squares.uniform("u_tile"), 1 / this.sheet.across, 1 / this.sheet.down);
    gl.uniform2f(this.squares.uniform("u_texel"), 0.5 / this.sheet.bitmap.width, 0.5 / this.sheet.bitmap.height);
    gl.drawElements(gl.TRIANGLES, 6 * this.count, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }
}

/** Two triangles for the four corners of each of so many pictures. */
function triangles(count: number): Uint32Array {
  const corners = [0, 1, 2, 2, 1, 3];
  return Uint32Array.from({ length: 6 * count }, (_, i) => 4 * Math.floor(i / 6) + corners[i % 6]);
}

/** The sheet as a texture on the graphics card. */
export function upload(gl: WebGL2RenderingContext, bitmap: ImageBitmap): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(
    gl.TEXTURE_2D,
    0,
    gl.RGBA,
    gl.RGBA,
    gl.UNSIGNED_BYTE,
    fitted(bitmap, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number),
  );
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAX_LEVEL, 3); // further down tiles would run into each other
  gl.generateMipmap(gl.TEXTURE_2D);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  return texture;
}

/** The picture itself, or a smaller copy where the graphics card takes no picture this large. */
function fitted(bitmap: ImageBitmap, most: number): ImageBitmap | HTMLCanvasElement {
  const shrink = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
  if (shrink === 1) return bitmap;
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(bitmap.width * shrink);
  canvas.height = Math.floor(bitmap.height * shrink);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}
