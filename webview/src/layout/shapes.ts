/** What crosses between the page and the layout worker: sizes in, places and curves out. */

export type Role = "box" | "input" | "output";

export interface Extent {
  readonly width: number;
  readonly height: number;
}

export interface NodeShape {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly role: Role;
  /** How far edges meet the node from its middle; 0 if not given. */
  readonly lean?: number;
  /** How far what is drawn behind it reaches below it; 0 if not given. */
  readonly behind?: number;
}

/** The text at a line: what flows along it. */
export interface FlowLabel {
  readonly parts: readonly { readonly text: string; readonly isToken: boolean }[];
  readonly width: number;
  /** Each kind of tensor, where there are several. */
  readonly lines: readonly string[];
}

/** A line to draw between two nodes. */
export interface EdgeShape {
  readonly source: number;
  readonly target: number;
  /** The port of the unfolded source that it comes out of, by its row in there. */
  readonly output?: number;
  /** The port of the unfolded target that it goes into. */
  readonly input?: number;
  readonly label?: FlowLabel | null;
  /** Where it leaves and arrives: from -0.5 at the left of the node to 0.5 at its right. */
  readonly leaves?: number;
  readonly arrives?: number;
}

export interface PlacedLabel {
  readonly label: FlowLabel;
  /** Its middle. */
  readonly x: number;
  readonly y: number;
}

export interface LevelShape {
  readonly container: string;
  readonly nodes: readonly NodeShape[];
  readonly edges: readonly EdgeShape[];
  /** The width that the container's title needs. */
  readonly titleWidth: number;
  /** Room for the container's own visualization blocks, left of its inside or above the root's. */
  readonly aside?: Extent;
}

export interface LayoutRequest {
  readonly number: number;
  /** The unfolded containers, the root first. */
  readonly levels: readonly LevelShape[];
  /** Width by height of the view. */
  readonly aspect: number;
}

/** The laid-out graph in world coordinates, as columns. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly ids: readonly string[];
  /** Four a box: x, y, width, height. Outer boxes come before what is in them. */
  readonly rects: Float32Array;
  /** 1 for an unfolded container. */
  readonly open: Uint8Array;
  readonly depths: Uint8Array;
  /** The container and the row in the edges of its shape, by route. */
  readonly routeContainers: readonly string[];
  readonly routeRows: Uint32Array;
  /** Rows in the container's nodes. */
  readonly routeSources: Uint32Array;
  readonly routeTargets: Uint32Array;
  /** By route; null where another route's label says it, or nothing is known. */
  readonly labels: readonly (PlacedLabel | null)[];
  /** How many containers stand around each route. */
  readonly routeDepths: Uint8Array;
  /** First point of each route, and the number of all points at the end. */
  readonly routeStarts: Uint32Array;
  /** Two a point. */
  readonly points: Float32Array;
}

export const EMPTY_SCENE: Scene = {
  width: 0,
  height: 0,
  ids: [],
  rects: new Float32Array(),
  open: new Uint8Array(),
  depths: new Uint8Array(),
  routeContainers: [],
  routeRows: new Uint32Array(),
  routeSources: new Uint32Array(),
  routeTargets: new Uint32Array(),
  labels: [],
  routeDepths: new Uint8Array(),
  routeStarts: new Uint32Array([0]),
  points: new Float32Array(),
};

export interface LayoutAnswer {
  readonly number: number;
  readonly scene: Scene | null;
  /** What went wrong, if the scene is null. */
  readonly error: string;
}

export const GAP = {
  header: 30,
  padding: 20,
  /** Between a border with ports and the content. */
  inset: 14,
  rank: 36,
  node: 30,
  edge: 16,
  lane: 10,
  gutter: 44,
  /** Around the visualization blocks of a node. */
  block: 10,
} as const;
