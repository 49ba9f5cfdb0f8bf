/**
 * Rounded rectangles and arrow heads: one instanced program that draws fill, border, accent bar,
 * title strip and glow, antialiased by distance. Filled anew for each frame with what is visible.
 */
import type { Camera, Size } from "./camera.ts";
import { attributes, link, uniform } from "./gl.ts";

/** Colours as 0xAABBGGRR, the order in which they lie in memory. */
export type Colour = number;

export interface BoxStyle {
  readonly fill: Colour;
  readonly border: Colour;
  readonly accent: Colour;
  /** World units. */
  readonly radius: number;
  /** Pixels. */
  readonly borderWidth: number;
  /** World units of the accent bar at the left; negative: a title strip at the top. */
  readonly accentWidth: number;
  /** Pixels of glow around the box in the border's colour; -1 draws an arrow head. */
  readonly glow: number;
}

const RECORD = 44;
const FLOATS = RECORD / 4;

const VERTEX = `#version 300 es
layout(location=0) in vec2 corner;
layout(location=1) in vec4 rect;
layout(location=2) in vec4 style;
layout(location=3) in vec4 fill;
layout(location=4) in vec4 border;
layout(location=5) in vec4 accent;
uniform vec3 camera;
uniform vec2 view;
uniform float ratio;
out vec2 place;
flat out vec2 halfSize;
flat out vec4 look;
flat out vec4 fillColour;
flat out vec4 borderColour;
flat out vec4 accentColour;
void main() {
  float scale = camera.x * ratio;
  vec2 low = (rect.xy * camera.x + camera.yz) * ratio;
  vec2 size = rect.zw * scale;
  if (style.w >= 0.0 && scale > 0.3 * ratio) {
    vec2 high = floor(low + size + 0.5);
    low = floor(low + 0.5);
    size = high - low;
  }
  halfSize = size * 0.5;
  float margin = (max(style.w, 0.0) + 1.0) * ratio;
  place = corner * (halfSize + margin);
  vec2 pixel = low + halfSize + place;
  look = vec4(min(style.x * scale, min(halfSize.x, halfSize.y)), style.y * ratio, style.z * scale, style.w * ratio);
  fillColour = fill; borderColour = border; accentColour = accent;
  gl_Position = vec4(pixel / (view * ratio) * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec2 place;
flat in vec2 halfSize;
flat in vec4 look;
flat in vec4 fillColour;
flat in vec4 borderColour;
flat in vec4 accentColour;
out vec4 colour;
float head(vec2 p) {
  vec2 q = vec2(abs(p.x), p.y + halfSize.y);
  vec2 along = normalize(vec2(2.0 * halfSize.y, halfSize.x));
  return max(dot(vec2(q.x - halfSize.x, q.y), along), -q.y);
}
void main() {
  if (look.w < 0.0) {
    float inside = clamp(0.5 - head(place), 0.0, 1.0);
    colour = vec4(fillColour.rgb, 1.0) * (fillColour.a * inside);
    return;
  }
  vec2 q = abs(place) - halfSize + look.x;
  float d = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - look.x;
  vec4 body = vec4(fillColour.rgb * fillColour.a, fillColour.a);
  float bar = look.z >= 0.0 ? look.z - (place.x + halfSize.x) : -look.z - (place.y + halfSize.y);
  float strip = clamp(bar + 0.5, 0.0, 1.0) * accentColour.a;
  body = body * (1.0 - strip) + vec4(accentColour.rgb, 1.0) * strip;
  float edge = clamp(d + look.y + 0.5, 0.0, 1.0) * borderColour.a * step(0.001, look.y);
  body = body * (1.0 - edge) + vec4(borderColour.rgb, 1.0) * edge;
  float shape = clamp(0.5 - d, 0.0, 1.0);
  float reach = look.w > 0.0 ? clamp(1.0 - d / look.w, 0.0, 1.0) : 0.0;
  float halo = reach * reach * 0.55 * borderColour.a * (1.0 - shape);
  colour = body * shape + vec4(borderColour.rgb, 1.0) * halo;
}`;

export class BoxProgram {
  private readonly program: WebGLProgram;
  private readonly array: WebGLVertexArrayObject;
  private readonly records: WebGLBuffer;
  private floats = new Float32Array(FLOATS * 256);
  private words = new Uint32Array(this.floats.buffer);
  private count = 0;
  private readonly places: Record<"camera" | "view" | "ratio", WebGLUniformLocation | null>;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = link(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    this.records = gl.createBuffer();
    this.places = {
      camera: uniform(gl, this.program, "camera"),
      view: uniform(gl, this.program, "view"),
      ratio: uniform(gl, this.program, "ratio"),
    };
    this.bind();
  }

  begin(): void {
    this.count = 0;
  }

  add(x: number, y: number, width: number, height: number, style: BoxStyle): void {
    if ((this.count + 1) * FLOATS > this.floats.length) this.grow();
    const at = this.count * FLOATS;
    const { floats, words } = this;
    floats[at] = x;
    floats[at + 1] = y;
    floats[at + 2] = width;
    floats[at + 3] = height;
    floats[at + 4] = style.radius;
    floats[at + 5] = style.borderWidth;
    floats[at + 6] = style.accentWidth;
    floats[at + 7] = style.glow;
    words[at + 8] = style.fill;
    words[at + 9] = style.border;
    words[at + 10] = style.accent;
    this.count++;
  }

  draw(camera: Camera, view: Size, ratio: number): void {
    if (this.count === 0) return;
    const { gl } = this;
    gl.useProgram(this.program);
    gl.uniform3f(this.places.camera, camera.scale, camera.x, camera.y);
    gl.uniform2f(this.places.view, view.width, view.height);
    gl.uniform1f(this.places.ratio, ratio);
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.records);
    gl.bufferData(gl.ARRAY_BUFFER, this.floats, gl.STREAM_DRAW, 0, this.count * FLOATS);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    gl.bindVertexArray(null);
  }

  private grow(): void {
    const larger = new Float32Array(this.floats.length * 2);
    larger.set(this.floats);
    this.floats = larger;
    this.words = new Uint32Array(larger.buffer);
  }

  private bind(): void {
    const { gl } = this;
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
    attributes(gl, 8, 0, [{ location: 0, size: 2, type: gl.FLOAT, normalized: false, offset: 0 }]);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.records);
    const float = { size: 4, type: gl.FLOAT, normalized: false };
    const bytes = { size: 4, type: gl.UNSIGNED_BYTE, normalized: true };
    attributes(gl, RECORD, 1, [
      { location: 1, offset: 0, ...float },
      { location: 2, offset: 16, ...float },
      { location: 3, offset: 32, ...bytes },
      { location: 4, offset: 36, ...bytes },
      { location: 5, offset: 40, ...bytes },
    ]);
    gl.bindVertexArray(null);
  }
}
