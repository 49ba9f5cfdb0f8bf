/** Which part of a block's axes a large view shows: zoomed to a point, panned, moved to an entry. Pure. */
import type { BlockWindow } from "../protocol/messages.generated.ts";
import type { Figure } from "./figure.ts";
import type { Area } from "./kind.ts";

export interface Extent {
  readonly x: number;
  readonly y: number;
}

const FEWEST = 4;

interface Span {
  readonly first: number;
  readonly last: number;
}

function spansOf(window: BlockWindow | null, size: Extent): readonly [Span, Span] {
  if (!window)
    return [
      { first: 0, last: size.x },
      { first: 0, last: size.y },
    ];
  return [
    { first: window.firstX, last: window.lastX },
    { first: window.firstY, last: window.lastY },
  ];
}

function windowOf(x: Span, y: Span, size: Extent): BlockWindow | null {
  const whole = x.first <= 0 && y.first <= 0 && x.last >= size.x && y.last >= size.y;
  if (whole) return null;
  return { firstX: x.first, lastX: x.last, firstY: y.first, lastY: y.last };
}

/** A span of `length` that begins as near to `first` as it can. */
function placed(first: number, length: number, size: number): Span {
  const whole = Math.max(1, Math.min(size, Math.round(length)));
  const start = Math.max(0, Math.min(size - whole, Math.round(first)));
  return { first: start, last: start + whole };
}

function scaled({ first, last }: Span, factor: number, share: number, size: number): Span {
  const least = Math.min(FEWEST, size);
  const length = Math.min(size, Math.max(least, (last - first) / factor));
  const start = first + share * (last - first - length);
  const begin = Math.max(0, Math.min(size - length, start));
  return { first: begin, last: begin + length };
}

/** A part of the axes that is not yet rounded to entries: many small steps add up in it. */
export type Sight = readonly [x: Span, y: Span];

export function sightOf(window: BlockWindow | null, size: Extent): Sight {
  return spansOf(window, size);
}

/** `factor` over 1 looks nearer; what lies at the shares across and down stays there. */
export function zoomed([x, y]: Sight, size: Extent, factor: number, at: Extent): Sight {
  return [scaled(x, factor, at.x, size.x), scaled(y, factor, at.y, size.y)];
}

/** The entries nearest to what is looked at. */
export function windowOfSight([x, y]: Sight, size: Extent): BlockWindow | null {
  const whole = ({ first, last }: Span, all: number) => placed(first, last - first, all);
  return windowOf(whole(x, size.x), whole(y, size.y), size);
}

export function zoomedWindow(
  window: BlockWindow | null,
  size: Extent,
  factor: number,
  at: Extent,
): BlockWindow | null {
  return windowOfSight(zoomed(sightOf(window, size), size, factor, at), size);
}

/** Moved by shares of its own extent. */
export function pannedWindow(
  window: BlockWindow | null,
  size: Extent,
  by: Extent,
): BlockWindow | null {
  const [x, y] = spansOf(window, size);
  const moved = ({ first, last }: Span, share: number, all: number) =>
    placed(first + share * (last - first), last - first, all);
  return windowOf(moved(x, by.x, size.x), moved(y, by.y, size.y), size);
}

/** Moved as little as needed to show an entry. */
export function showing(
  window: BlockWindow | null,
  size: Extent,
  entry: Extent,
): BlockWindow | null {
  const [x, y] = spansOf(window, size);
  const reach = ({ first, last }: Span, wanted: number, all: number) => {
    const length = last - first;
    if (wanted < first) return placed(wanted, length, all);
    return wanted >= last ? placed(wanted - length + 1, length, all) : { first, last };
  };
  return windowOf(reach(x, entry.x, size.x), reach(y, entry.y, size.y), size);
}

/** How far across and down an area a point lies, 0 to 1. */
export function shareIn({ x, y, width, height }: Area, point: Extent): Extent {
  const within = (share: number) => Math.max(0, Math.min(1, share));
  return { x: within((point.x - x) / width), y: within((point.y - y) / height) };
}

export function isSame(one: BlockWindow | null, other: BlockWindow | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function sizeOf({ x, y }: Figure): Extent {
  return { x: x.size, y: y.size };
}
