/** The words on the button that carries out a problem's action. */
import type { ProblemAction } from "../protocol/messages.generated.ts";
import type { Trouble } from "../store/received.ts";

export function actionLabel(action: ProblemAction): string {
  switch (action) {
    case "restart":
      return "Restart";
    case "stopLoading":
      return "Stop loading";
    case "selectInterpreter":
      return "Select interpreter";
    case "openFile":
      return "Open file";
    case "openModel":
      return "Open model…";
    case "trustRemoteCode":
      return "Run its code…";
    case "none":
      return "";
    default:
      return action satisfies never;
  }
}

/** In a browser tab there is no editor: what it would do is done by hand, and then the model restarted. */
export function availableHere(trouble: Trouble): Trouble {
  return trouble.action === "none" || trouble.action === "stopLoading"
    ? trouble
    : { ...trouble, action: "restart" };
}
