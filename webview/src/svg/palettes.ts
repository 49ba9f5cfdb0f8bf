/**
 * The page's own light and dark theme as numbers, for drawings that are made without a page.
 * The figures are those of `ui/theme.css`; a browser test holds the two together.
 */
import { mix, pack } from "../render/colour.ts";
import type { Palette } from "../render/palette.ts";

/** Named ones at the end for renderers that know no generic families. */
const FONTS =
  'system-ui, "Segoe UI", "Helvetica Neue", Arial, "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif';

export type Theme = "light" | "dark";

interface Base {
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly focus: string;
  readonly error: string;
  readonly running: string;
  readonly done: string;
  readonly token: string;
  readonly added: string;
  readonly changed: string;
  readonly purple: string;
  readonly yellow: string;
  /** Share of the foreground in a card. */
  readonly card: number;
}

const BASES: Readonly<Record<Theme, Base>> = {
  light: {
    background: "#ffffff",
    foreground: "#1f2328",
    muted: "#636c76",
    focus: "#0969da",
    error: "#cf222e",
    running: "#0969da",
    done: "#1a7f37",
    token: "#bc4c00",
    added: "#1a7f37",
    changed: "#9a6700",
    purple: "#8250df",
    yellow: "#9a6700",
    card: 0.04,
  },
  dark: {
    background: "#16191e",
    foreground: "#dfe3e8",
    muted: "#939ba5",
    focus: "#4493f8",
    error: "#f85149",
    running: "#58a6ff",
    done: "#3fb950",
    token: "#f0883e",
    added: "#56d364",
    changed: "#e3b341",
    purple: "#bc8cff",
    yellow: "#d8b04a",
    card: 0.08,
  },
};

function colour(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((from) =>
    Number.parseInt(hex.slice(from, from + 2), 16),
  );
  return pack(red, green, blue);
}

export function paletteOf(theme: Theme): Palette {
  const base = BASES[theme];
  const [background, foreground] = [colour(base.background), colour(base.foreground)];
  const over = (share: number) => mix(background, foreground, share);
  return {
    colours: {
      background,
      foreground,
      muted: colour(base.muted),
      card: over(base.card),
      "card-border": over(0.22),
      tint: foreground,
      "container-border": over(0.17),
      edge: over(0.44),
      focus: colour(base.focus),
      running: colour(base.running),
      done: colour(base.done),
      failed: colour(base.error),
      token: colour(base.token),
      added: colour(base.added),
      changed: colour(base.changed),
    },
    families: families(base, over(0.3)),
    font: FONTS,
    monospace: "monospace",
    highContrast: false,
  };
}

function families(base: Base, dropout: number): Palette["families"] {
  const [blue, green, red] = [colour(base.running), colour(base.done), colour(base.error)];
  const [purple, yellow, muted] = [colour(base.purple), colour(base.yellow), colour(base.muted)];
  return {
    attention: purple,
    linear: blue,
    norm: mix(green, blue, 0.45),
    embedding: mix(red, yellow, 0.62),
    activation: yellow,
    dropout,
    convolution: mix(red, purple, 0.5),
    container: mix(muted, blue, 0.38),
    other: muted,
  };
}
