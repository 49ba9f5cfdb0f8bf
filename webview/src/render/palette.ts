/**
 * The theme's colours as the canvas needs them, read from the `--ip-*` properties of the page.
 * Read anew by the view when the theme changes.
 */
import { FAMILIES, type Family } from "../store/kinds.ts";
import type { Colour } from "./boxes.ts";
import { pack } from "./colour.ts";

const NAMES = [
  "background",
  "foreground",
  "muted",
  "card",
  "card-border",
  "tint",
  "container-border",
  "edge",
  "focus",
  "running",
  "done",
  "failed",
  "token",
  "added",
  "changed",
] as const;

export type ColourName = (typeof NAMES)[number];

export interface Palette {
  readonly colours: Readonly<Record<ColourName, Colour>>;
  readonly families: Readonly<Record<Family, Colour>>;
  readonly font: string;
  readonly monospace: string;
  /** High contrast: no tints, every box has a clear border. */
  readonly highContrast: boolean;
}

/** Lets the browser compute a property and paint it on one pixel: works for every colour syntax. */
class ColourReader {
  private readonly probe = document.createElement("span");
  private readonly context: CanvasRenderingContext2D | null;

  constructor(host: HTMLElement) {
    const canvas = document.createElement("canvas");
    canvas.width = 1;
    canvas.height = 1;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.probe.hidden = true;
    // The system's few colours are forced on text, not on what the page names by itself.
    this.probe.style.setProperty("forced-color-adjust", "none");
    host.append(this.probe);
  }

  read(name: string): Colour {
    if (!this.context) return pack(128, 128, 128);
    this.probe.style.color = `var(--ip-${name})`;
    this.context.clearRect(0, 0, 1, 1);
    this.context.fillStyle = getComputedStyle(this.probe).color;
    this.context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 255] = this.context.getImageData(0, 0, 1, 1).data;
    return pack(red, green, blue, alpha);
  }

  close(): void {
    this.probe.remove();
  }
}

function record<K extends string>(keys: readonly K[], read: (key: K) => Colour): Record<K, Colour> {
  return Object.fromEntries(keys.map((key) => [key, read(key)])) as Record<K, Colour>;
}

export function readPalette(host: HTMLElement): Palette {
  const reader = new ColourReader(host);
  const style = getComputedStyle(host);
  const palette = {
    colours: record(NAMES, (name) => reader.read(name)),
    families: record(FAMILIES, (family) => reader.read(`family-${family}`)),
    font: style.fontFamily,
    monospace: style.getPropertyValue("--ip-monospace") || "monospace",
    highContrast:
      document.body.matches(".vscode-high-contrast, .vscode-high-contrast-light") ||
      matchMedia("(forced-colors: active)").matches,
  };
  reader.close();
  return palette;
}
