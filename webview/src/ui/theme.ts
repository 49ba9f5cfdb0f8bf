/** Tells when the theme changes: VS Code's classes on the body, or the browser's colour scheme. */
import { createSubscriber } from "svelte/reactivity";

export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ["class", "data-vscode-theme-kind", "data-vscode-theme-id"],
  });
  // VS Code writes its colours into the style of the root element.
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
  const queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) =>
    matchMedia(query),
  );
  for (const query of queries) query.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener("change", changed);
  };
}

/** Whether the page's ground is dark, followed while a component lives. */
export function useDark(): { readonly current: boolean } {
  const followed = createSubscriber((update) => watchTheme(update));
  return {
    get current() {
      followed();
      return isDark();
    },
  };
}

function isDark(): boolean {
  const { body } = document;
  if (/\bvscode-/.test(body.className)) {
    return body.matches(".vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light)");
  }
  // In a notebook the starter of the saved picture puts the notebook's theme here.
  const { colorScheme } = document.documentElement.style;
  if (colorScheme === "dark" || colorScheme === "light") return colorScheme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}
