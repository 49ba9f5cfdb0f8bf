/** The layout worker: takes requests, answers with scenes. Started by `LayoutClient` alone. */
import { Planner } from "./plan.ts";
import { sceneOf } from "./scene.ts";
import type { LayoutAnswer, LayoutRequest } from "./shapes.ts";

const planner = new Planner();

function answer(request: LayoutRequest): LayoutAnswer {
  try {
    return { number: request.number, scene: sceneOf(planner, request), error: "" };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { number: request.number, scene: null, error: text };
  }
}

self.addEventListener("message", (event: MessageEvent<LayoutRequest>) => {
  self.postMessage(answer(event.data));
});
