/** Waits for a condition, never for a time. */

/** For what takes a moment on a machine that is busy with other things: a wait that succeeds costs nothing. */
export const PATIENCE_MS = 90_000;

/**
 * @template T
 * @param {string} what named when time is up
 * @param {() => T | Promise<T>} condition asked until it answers with something true
 * @param {number} [limitMs]
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, condition, limitMs = PATIENCE_MS) {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
