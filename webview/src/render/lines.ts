/**
 * Edges: one mesh of triangulated lines for the whole scene, of which each frame draws what is
 * visible. Colours and flow live in a small texture, so that a run changes no geometry.
 */
import { at } from "../store/columns.ts";
import type { Colour } from "./boxes.ts";
import type { Camera, Size } from "./camera.ts";
import { attributes, link, uniform } from "./gl.ts";

const RECORD = 24;
const TEXTURE_WIDTH = 1024;

const VERTEX = `#version 300 es
layout(location=0) in vec2 point;
layout(location=1) in vec2 normal;
layout(location=2) in float along;
layout(location=3) in float route;
uniform vec3 camera;
uniform vec2 view;
uniform float ratio;
uniform highp sampler2D looks;
out float side;
out float way;
flat out vec4 colour;
flat out float halfWidth;
flat out float flow;
void main() {
  int index = int(route);
  ivec2 texel = ivec2((index * 2) % ${TEXTURE_WIDTH}, (index * 2) / ${TEXTURE_WIDTH});
  colour = texelFetch(looks, texel, 0);
  vec4 look = texelFetch(looks, texel + ivec2(1, 0), 0);
  halfWidth = max(look.r * 8.0 * min(camera.x, 1.0), 0.9) * 0.5 * ratio;
  flow = look.g;
  float reach = halfWidth + 1.0;
  side = sign(along) * reach;
  way = abs(along) * camera.x;
  vec2 pixel = (point * camera.x + camera.yz) * ratio + normal * sign(along) * reach;
  gl_Position = vec4(pixel / (view * ratio) * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in float side;
in float way;
flat in vec4 colour;
flat in float halfWidth;
flat in float flow;
uniform float time;
out vec4 result;
void main() {
  float inside = clamp(halfWidth + 0.5 - abs(side), 0.0, 1.0);
  float wave = fract(way / 26.0 - time);
  float dash = smoothstep(0.0, 0.12, wave) * (1.0 - smoothstep(0.5, 0.62, wave));
  float alpha = colour.a * inside * mix(1.0, 0.3 + 0.7 * dash, flow);
  result = vec4(colour.rgb, 1.0) * alpha;
}`;

interface Mesh {
  readonly vertices: Float32Array;
  readonly indices: Uint32Array;
  /** First index of each route, and the number of all indices at the end. */
  readonly starts: Uint32Array;
}

/** The direction from a point to the next one that differs. */
function direction(points: Float32Array, from: number, to: number): [number, number] {
  const dx = at(points, to * 2) - at(points, from * 2);
  const dy = at(points, to * 2 + 1) - at(points, from * 2 + 1);
  const length = Math.hypot(dx, dy) || 1;
  return [dx / length, dy / length];
}

/** The mitred normal where two parts of a line meet. */
function normalAt(points: Float32Array, first: number, last: number, i: number): [number, number] {
  const before = direction(points, Math.max(first, i - 1), i);
  const after = direction(points, i, Math.min(last, i + 1));
  const [ax, ay] = i === first ? after : before;
  const [bx, by] = i === last ? before : after;
  const length = Math.hypot(ax + bx, ay + by) || 1;
  const [nx, ny] = [-(ay + by) / length, (ax + bx) / length];
  const mitre = 1 / Math.max(0.5, nx * -ay + ny * ax);
  return [nx * mitre, ny * mitre];
}

/** `along` is the length so far (never 0), its sign the side of the line. */
export function meshOf(points: Float32Array, routeStarts: Uint32Array): Mesh {
  const routes = routeStarts.length - 1;
  const count = points.length / 2;
  const vertices = new Float32Array(count * 2 * 6);
  const indices = new Uint32Array(Math.max(0, count - routes) * 6);
  const starts = new Uint32Array(routes + 1);
  let used = 0;
  for (let route = 0; route < routes; route++) {
    const first = at(routeStarts, route);
    const last = at(routeStarts, route + 1) - 1;
    let along = 0.001;
    for (let i = first; i <= last; i++) {
      const [x, y] = [at(points, i * 2), at(points, i * 2 + 1)];
      if (i > first) along += Math.hypot(x - at(points, i * 2 - 2), y - at(points, i * 2 - 1));
      const [nx, ny] = normalAt(points, first, last, i);
      vertices.set([x, y, nx, ny, along, route, x, y, nx, ny, -along, route], i * 12);
      if (i === last) continue;
      indices.set([i * 2, i * 2 + 1, i * 2 + 2, i * 2 + 2, i * 2 + 1, i * 2 + 3], used);
      used += 6;
    }
    starts[route + 1] = used;
  }
  return { vertices, indices, starts };
}

export interface LineStyle {
  readonly colour: Colour;
  /** Pixels at scale 1, at most 8. */
  readonly width: number;
  readonly flowing: boolean;
  /** Whether it is drawn over others. */
  readonly raised: boolean;
}

type Uniform = "camera" | "view" | "ratio" | "looks" | "time";

export class LineProgram {
  private readonly program: WebGLProgram;
  private readonly array: WebGLVertexArrayObject;
  private readonly vertices: WebGLBuffer;
  private readonly elements: WebGLBuffer;
  private readonly texture: WebGLTexture;
  private readonly places: Readonly<Record<Uniform, WebGLUniformLocation | null>>;
  private mesh: Mesh = meshOf(new Float32Array(), new Uint32Array([0]));
  private looks = new Uint32Array(TEXTURE_WIDTH);
  private looksChanged = true;
  private chosen = new Uint32Array(1024);

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = link(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    this.vertices = gl.createBuffer();
    this.elements = gl.createBuffer();
    this.texture = gl.createTexture();
    this.places = {
      camera: uniform(gl, this.program, "camera"),
      view: uniform(gl, this.program, "view"),
      ratio: uniform(gl, this.program, "ratio"),
      looks: uniform(gl, this.program, "looks"),
      time: uniform(gl, this.program, "time"),
    };
    this.bind();
  }

  setRoutes(points: Float32Array, routeStarts: Uint32Array): void {
    this.mesh = meshOf(points, routeStarts);
    const rows = Math.max(1, Math.ceil(((routeStarts.length - 1) * 2) / TEXTURE_WIDTH));
    this.looks = new Uint32Array(rows * TEXTURE_WIDTH);
    this.looksChanged = true;
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.vertices);
    gl.bufferData(gl.ARRAY_BUFFER, this.mesh.vertices, gl.STATIC_DRAW);
  }

  style(route: number, { colour, width, flowing }: Omit<LineStyle, "raised">): void {
    const look = Math.round(Math.min(1, width / 8) * 255) | (flowing ? 0xff00 : 0);
    if (this.looks[route * 2] === colour && this.looks[route * 2 + 1] === look) return;
    this.looks[route * 2] = colour;
    this.looks[route * 2 + 1] = look;
    this.looksChanged = true;
  }

  draw(routes: readonly number[], camera: Camera, view: Size, ratio: number, time: number): void {
    const count = this.choose(routes);
    if (count === 0) return;
    const { gl } = this;
    gl.useProgram(this.program);
    this.upload();
    gl.uniform3f(this.places.camera, camera.scale, camera.x, camera.y);
    gl.uniform2f(this.places.view, view.width, view.height);
    gl.uniform1f(this.places.ratio, ratio);
    gl.uniform1f(this.places.time, time);
    gl.uniform1i(this.places.looks, 0);
    gl.bindVertexArray(this.array);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, this.chosen, gl.STREAM_DRAW, 0, count);
    gl.drawElements(gl.TRIANGLES, count, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }

  /** Gathers the indices of the routes to draw. */
  private choose(routes: readonly number[]): number {
    const { indices, starts } = this.mesh;
    if (this.chosen.length < indices.length) this.chosen = new Uint32Array(indices.length);
    let count = 0;
    for (const route of routes) {
      const part = indices.subarray(at(starts, route), at(starts, route + 1));
      this.chosen.set(part, count);
      count += part.length;
    }
    return count;
  }

  private upload(): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    if (!this.looksChanged) return;
    const bytes = new Uint8Array(this.looks.buffer);
    const rows = this.looks.length / TEXTURE_WIDTH;
    gl.texImage2D(
      gl.TEXTURE_2D,
      0,
      gl.RGBA,
      TEXTURE_WIDTH,
      rows,
      0,
      gl.RGBA,
      gl.UNSIGNED_BYTE,
      bytes,
    );
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    this.looksChanged = false;
  }

  private bind(): void {
    const { gl } = this;
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.vertices);
    const float = { type: gl.FLOAT, normalized: false };
    attributes(gl, RECORD, 0, [
      { location: 0, size: 2, offset: 0, ...float },
      { location: 1, size: 2, offset: 8, ...float },
      { location: 2, size: 1, offset: 16, ...float },
      { location: 3, size: 1, offset: 20, ...float },
    ]);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.elements);
    gl.bindVertexArray(null);
  }
}
