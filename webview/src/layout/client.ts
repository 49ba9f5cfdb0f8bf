/** The page's side of the layout worker: only the newest request is answered. */

import type { LayoutAnswer, LayoutRequest, Scene } from "./shapes.ts";
import LayoutWorker from "./worker.ts?worker&inline";

export class LayoutClient {
  private readonly worker = new LayoutWorker();
  private number = 0;

  constructor(
    private readonly onScene: (scene: Scene) => void,
    private readonly onError: (message: string) => void,
  ) {
    this.worker.addEventListener("message", (event: MessageEvent<LayoutAnswer>) => {
      if (event.data.number !== this.number) return;
      if (event.data.scene) this.onScene(event.data.scene);
      else this.onError(event.data.error);
    });
    this.worker.addEventListener("error", (event) => this.onError(event.message));
  }

  request(request: Omit<LayoutRequest, "number">): void {
    this.worker.postMessage({ ...request, number: ++this.number });
  }

  close(): void {
    this.worker.terminate();
  }
}
