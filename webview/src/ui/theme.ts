/** Tells when the theme changes: VS Code's classes on the body, or the browser's colour scheme. */

export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ["class", "data-vscode-theme-kind", "data-vscode-theme-id"],
  });
  // VS Code writes its colours into the style of the root element.
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    scheme.removeEventListener("change", changed);
  };
}
