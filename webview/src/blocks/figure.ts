/**
 * A block's picture as drawings read it: axes, numbers by name, texts by name. Decoded once for each
 * message, and only what a drawing asks for. Pure.
 */
import type { BlockAxis, BlockPicture } from "../protocol/messages.generated.ts";
import { type Numbers, numbersOf } from "./arrays.ts";

export type Axis = Required<BlockAxis>;

/** One entry of the tensor as a picture shows it. */
export interface Cell {
  readonly panel: number;
  readonly row: number;
  readonly column: number;
}

function axisOf(axis: BlockAxis): Axis {
  return { labels: [], ...axis };
}

export class Figure {
  readonly panels: Axis;
  readonly x: Axis;
  readonly y: Axis;
  private readonly decoded = new Map<string, Numbers>();

  constructor(readonly picture: BlockPicture) {
    this.panels = axisOf(picture.panels);
    this.x = axisOf(picture.x);
    this.y = axisOf(picture.y);
  }

  /** The numbers of this name, or null if there are none. */
  numbers(name: string): Numbers | null {
    const known = this.decoded.get(name);
    if (known) return known;
    const array = this.picture.arrays.find((candidate) => candidate.name === name);
    if (!array) return null;
    const numbers = numbersOf(array);
    this.decoded.set(name, numbers);
    return numbers;
  }

  texts(name: string): readonly string[] {
    return this.picture.texts.find((candidate) => candidate.name === name)?.texts ?? [];
  }

  /** Whether there is something to draw. */
  get hasCells(): boolean {
    return this.panels.count > 0 && this.x.count > 0 && this.y.count > 0;
  }

  /** Number of a cell in `values`, or -1 if the entry is not in the picture. */
  indexOf({ panel, row, column }: Cell): number {
    const places = [
      placeOf(this.panels, panel),
      placeOf(this.y, row),
      placeOf(this.x, column),
    ] as const;
    if (places.some((place) => place < 0)) return -1;
    return (places[0] * this.y.count + places[1]) * this.x.count + places[2];
  }

  /** The value drawn for an entry: exact only where nothing was reduced. */
  valueAt(cell: Cell): number | null {
    const index = this.indexOf(cell);
    return index < 0 ? null : (this.numbers("values")?.values[index] ?? null);
  }
}

/** The cell that an entry lies in, or -1. */
export function placeOf(axis: Axis, entry: number): number {
  const place = Math.floor((entry - axis.first) / Math.max(axis.step, 1e-9) + 1e-6);
  return place >= 0 && place < axis.count ? place : -1;
}

/** First entry of a cell. */
export function entryOf(axis: Axis, place: number): number {
  const entry = axis.first + Math.floor(place * axis.step + 1e-6);
  return Math.max(0, Math.min(axis.size - 1, entry));
}

/** What an entry is called: its label, or its number. */
export function labelOf(axis: Axis, entry: number): string {
  return axis.labels[placeOf(axis, entry)] ?? "";
}

const figures = new WeakMap<BlockPicture, Figure>();

export function figureOf(picture: BlockPicture): Figure {
  const known = figures.get(picture);
  if (known) return known;
  const figure = new Figure(picture);
  figures.set(picture, figure);
  return figure;
}
