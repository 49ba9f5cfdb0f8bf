/** Puts the plans of all containers together into one scene in world coordinates. Pure. */
import { at } from "../store/columns.ts";
import type { Plan, Planner } from "./plan.ts";
import type { Route } from "./route.ts";
import type { EdgeShape, LayoutRequest, LevelShape, PlacedLabel, Scene } from "./shapes.ts";

const ROOT = ".";

class SceneBuilder {
  readonly ids: string[] = [];
  readonly rects: number[] = [];
  readonly open: number[] = [];
  readonly depths: number[] = [];
  readonly containers: string[] = [];
  readonly rows: number[] = [];
  readonly sources: number[] = [];
  readonly targets: number[] = [];
  readonly labels: (PlacedLabel | null)[] = [];
  readonly routeDepths: number[] = [];
  readonly starts: number[] = [0];
  readonly points: number[] = [];

  constructor(
    private readonly levels: ReadonlyMap<string, LevelShape>,
    private readonly plans: ReadonlyMap<string, Plan>,
  ) {}

  add(container: string, x: number, y: number, depth: number): void {
    const level = this.levels.get(container);
    const plan = this.plans.get(container);
    if (!level || !plan) return;
    this.addRoutes(level, plan, { x, y, depth });
    level.nodes.forEach((node, row) => {
      const rect = at(plan.rects, row);
      const open = this.levels.has(node.id);
      this.ids.push(node.id);
      this.rects.push(x + rect.x, y + rect.y, rect.width, rect.height);
      this.open.push(open ? 1 : 0);
      this.depths.push(depth);
      if (open) this.add(node.id, x + rect.x, y + rect.y, depth + 1);
    });
  }

  private addRoutes(
    { container, edges }: LevelShape,
    plan: Plan,
    { x, y, depth }: { x: number; y: number; depth: number },
  ): void {
    for (const route of plan.routes) {
      this.containers.push(container);
      const edge = at(edges, route.row);
      this.rows.push(route.row);
      this.sources.push(edge.source);
      this.targets.push(edge.target);
      this.labels.push(placed(edge.label, route.label, x, y));
      this.routeDepths.push(depth);
      for (let index = 0; index < route.points.length; index += 2) {
        this.points.push(x + at(route.points, index), y + at(route.points, index + 1));
      }
      this.starts.push(this.points.length / 2);
    }
  }
}

function placed(
  label: EdgeShape["label"],
  place: Route["label"],
  x: number,
  y: number,
): PlacedLabel | null {
  return label && place ? { label, x: x + place.x, y: y + place.y } : null;
}

export function sceneOf(planner: Planner, { levels, aspect }: LayoutRequest): Scene {
  const plans = planner.plan(levels, aspect);
  const builder = new SceneBuilder(new Map(levels.map((l) => [l.container, l])), plans);
  builder.add(ROOT, 0, 0, 0);
  const root = plans.get(ROOT);
  return {
    width: root?.width ?? 0,
    height: root?.height ?? 0,
    ids: builder.ids,
    rects: Float32Array.from(builder.rects),
    open: Uint8Array.from(builder.open),
    depths: Uint8Array.from(builder.depths),
    routeContainers: builder.containers,
    routeRows: Uint32Array.from(builder.rows),
    routeSources: Uint32Array.from(builder.sources),
    routeTargets: Uint32Array.from(builder.targets),
    labels: builder.labels,
    routeDepths: Uint8Array.from(builder.routeDepths),
    routeStarts: Uint32Array.from(builder.starts),
    points: Float32Array.from(builder.points),
  };
}
