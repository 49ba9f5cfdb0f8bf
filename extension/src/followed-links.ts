/**
 * A click on a link in code goes to the graph only: VS Code would also go to the definition there.
 *
 * Both begin with the same click, and either may come first.
 */

import type { Middleware } from "vscode-languageclient/node";

const SAME_CLICK_MS = 400;
const LINK_COMES_MS = 80;

let followedAt = Number.NEGATIVE_INFINITY;

/** A link was followed. */
export function noteFollowedLink(): void {
  followedAt = performance.now();
}

/** For the options of a language client; the backend knows definitions of path strings only. */
export const definitionMiddleware: Middleware = {
  provideDefinition: async (document, position, token, next) => {
    const found = await next(document, position, token);
    if (Array.isArray(found) && found.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, LINK_COMES_MS));
    }
    return performance.now() - followedAt < SAME_CLICK_MS ? undefined : found;
  },
};
