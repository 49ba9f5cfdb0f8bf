/** Module paths, file paths and numbers as text. Knows no VS Code API. */

/** Whether a file belongs to an installed package or to Python itself. */
export function isLibrary(path: string): boolean {
  return /\/(?:site-packages|dist-packages|lib\/python3\.\d+)\//i.test(path);
}

/** The path that a module hangs from; attribute names of torch modules hold no dots. */
export function parentPath(path: string): string {
  const end = path.lastIndexOf(".");
  return end <= 0 ? "." : path.slice(0, end);
}

/** A number of parameters in few characters, such as `1.2 M`; empty for none. */
export function parameterText(count: number): string {
  const units = ["", " K", " M", " B", " T"];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return count === 0 ? "" : `${value.toFixed(digits)}${units[unit] ?? ""}`;
}
