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
}

export interface EdgeShape {
  readonly source: number;
  readonly target: number;
  /** What flows; an edge meets the port of a container through which the same flows. */
  readonly key: string;
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
  /** The container and the row in its edges, by route. */
  readonly routeContainers: readonly string[];
  readonly routeRows: Uint32Array;
  /** How many containers stand around each route. */
  readonly routeDepths: Uint8Array;
  /** First point of each route, and the number of all points at the end. */
  readonly routeStarts: Uint32Array;
  /** Two a point. */
  readonly points: Float32Array;
}

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
