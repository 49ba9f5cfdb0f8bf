/** Pointer and wheel on the graph: drag pans, wheel zooms, two fingers pinch, a still press clicks. */

export interface GestureTargets {
  pan(dx: number, dy: number): void;
  zoom(factor: number, x: number, y: number): void;
  /** `adding`: a modifier key asks for one more node beside the selected. */
  click(x: number, y: number, adding: boolean): void;
  hover(x: number, y: number): void;
  /** The pointer is over something that lies upon the graph. */
  leave(): void;
  dragging(active: boolean): void;
}

const STILL = 4;

/** A wheel with notches, as opposed to a trackpad's smooth scrolling. */
export function isNotched(event: Pick<WheelEvent, "deltaMode" | "deltaX" | "deltaY">): boolean {
  if (event.deltaMode !== 0) return true;
  return event.deltaX === 0 && Math.abs(event.deltaY) >= 50 && Number.isInteger(event.deltaY);
}

export function wheelFactor(deltaY: number, fine: boolean): number {
  const limited = Math.max(-240, Math.min(240, deltaY));
  return Math.exp(-limited * (fine ? 0.01 : 0.0018));
}

const TWICE_MS = 400;

/** Tells the second click on the same from the first. */
export class Clicks {
  private last = { id: "", time: 0 };

  isSecond(id: string): boolean {
    const now = performance.now();
    const second = this.last.id === id && now - this.last.time < TWICE_MS;
    this.last = { id: second ? "" : id, time: now };
    return second;
  }
}

interface Place {
  readonly x: number;
  readonly y: number;
}

export class Gestures {
  private readonly pointers = new Map<number, Place>();
  private start: Place | null = null;
  private moved = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly targets: GestureTargets,
  ) {
    element.addEventListener("pointerdown", this.down);
    element.addEventListener("pointermove", this.move);
    element.addEventListener("pointerup", this.up);
    element.addEventListener("pointercancel", this.cancel);
    element.addEventListener("wheel", this.wheel, { passive: false });
  }

  close(): void {
    this.element.removeEventListener("pointerdown", this.down);
    this.element.removeEventListener("pointermove", this.move);
    this.element.removeEventListener("pointerup", this.up);
    this.element.removeEventListener("pointercancel", this.cancel);
    this.element.removeEventListener("wheel", this.wheel);
  }

  private placeOf(event: MouseEvent): Place {
    const bounds = this.element.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  }

  /**
   * Tools upon the graph take presses, and some what is pointed at too. The handlers of components run
   * after these: they cannot keep an event for themselves.
   */
  private isApart({ target }: Event, what: "presses" | "whole"): boolean {
    const tools = target instanceof Element ? target.closest<HTMLElement>("[data-apart]") : null;
    return tools !== null && (what === "presses" || tools.dataset["apart"] === what);
  }

  private readonly down = (event: PointerEvent): void => {
    if (event.button > 1 || this.isApart(event, "presses")) return;
    const place = this.placeOf(event);
    this.pointers.set(event.pointerId, place);
    this.start = place;
    this.moved = this.pointers.size > 1;
  };

  private readonly move = (event: PointerEvent): void => {
    const place = this.placeOf(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      if (this.isApart(event, "whole")) this.targets.leave();
      else this.targets.hover(place.x, place.y);
      return;
    }
    if (!this.moved && !this.leftStart(place)) return;
    if (!this.moved) this.beginDrag(event.pointerId);
    if (this.pointers.size >= 2) this.pinch(event.pointerId, before, place);
    else this.targets.pan(place.x - before.x, place.y - before.y);
    this.pointers.set(event.pointerId, place);
  };

  private readonly up = (event: PointerEvent): void => {
    const known = this.pointers.delete(event.pointerId);
    const place = this.placeOf(event);
    if (known && !this.moved && event.button === 0) {
      this.targets.click(place.x, place.y, event.shiftKey || event.ctrlKey || event.metaKey);
    }
    if (this.pointers.size === 0) this.end();
  };

  private readonly cancel = (event: PointerEvent): void => {
    this.pointers.delete(event.pointerId);
    if (this.pointers.size === 0) this.end();
  };

  private readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { x, y } = this.placeOf(event);
    const lines = event.deltaMode === 0 ? 1 : 33;
    const notched = isNotched(event);
    if (event.ctrlKey || event.metaKey) {
      this.targets.zoom(wheelFactor(event.deltaY * lines, !notched), x, y);
    } else if (notched && !event.shiftKey) {
      this.targets.zoom(wheelFactor(event.deltaY * lines, false), x, y);
    } else if (event.shiftKey && event.deltaX === 0) this.targets.pan(-event.deltaY * lines, 0);
    else this.targets.pan(-event.deltaX * lines, -event.deltaY * lines);
  };

  private leftStart(place: Place): boolean {
    if (!this.start) return false;
    return Math.hypot(place.x - this.start.x, place.y - this.start.y) > STILL;
  }

  private beginDrag(pointer: number): void {
    this.moved = true;
    this.element.setPointerCapture(pointer);
    this.targets.dragging(true);
  }

  private end(): void {
    if (this.moved) this.targets.dragging(false);
    this.moved = false;
    this.start = null;
  }

  /** Two fingers: their middle pans, their distance zooms. */
  private pinch(pointer: number, before: Place, place: Place): void {
    const other = [...this.pointers].find(([id]) => id !== pointer)?.[1];
    if (!other) return;
    const distance = (from: Place) => Math.hypot(from.x - other.x, from.y - other.y) || 1;
    const middle = { x: (place.x + other.x) / 2, y: (place.y + other.y) / 2 };
    this.targets.pan((place.x - before.x) / 2, (place.y - before.y) / 2);
    this.targets.zoom(distance(place) / distance(before), middle.x, middle.y);
  }
}
