/** The words on the button that carries out a problem's action. */
import type { ProblemAction } from "../protocol/messages.generated.ts";

export function actionLabel(action: ProblemAction): string {
  switch (action) {
    case "restart":
      return "Restart";
    case "selectInterpreter":
      return "Select interpreter";
    case "openFile":
      return "Open file";
    case "openModel":
      return "Open model…";
    case "none":
      return "";
    default:
      return action satisfies never;
  }
}
