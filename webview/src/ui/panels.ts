/** How high the drawer of a narrow page may be: shares of the height under the top bar. Pure. */

const LOWEST = 0.18;
const HIGHEST = 0.85;
const STEP = 0.05;

export function withinReach(share: number): number {
  return Math.min(HIGHEST, Math.max(LOWEST, share));
}

/** The share that a key on the drawer's edge leads to; null if the key is none of its own. */
export function shareAfterKey(key: string, share: number): number | null {
  switch (key) {
    case "ArrowUp":
      return withinReach(share + STEP);
    case "ArrowDown":
      return withinReach(share - STEP);
    case "Home":
      return LOWEST;
    case "End":
      return HIGHEST;
    default:
      return null;
  }
}
