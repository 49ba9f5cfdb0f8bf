/** Waits for a condition, never for a time. */

/**
 * @template T
 * @param {string} what named when time is up
 * @param {() => T | Promise<T>} condition asked until it answers with something true
 * @param {number} [limitMs]
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, condition, limitMs = 30_000) {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
