/** Numbers as a person reads them in little room. Pure. */

const MINUS = "−";
/** More do not help to read a number, nor does any tensor of usual types have many more. */
const MOST_DIGITS = 10;

function signed(text: string): string {
  return text.replaceAll("-", MINUS);
}

/** About `digits` significant digits; very large and very small ones with an exponent. */
export function numberText(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Inf" : `${MINUS}Inf`;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return signed(value.toExponential(Math.max(0, digits - 2)));
  if (Number.isInteger(value)) return signed(String(value));
  const shown = value.toPrecision(digits);
  return signed(shown.includes("e") ? String(Math.round(value)) : trimmed(shown));
}

function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** For the ends of a scale: what differs between them must be seen. */
export function rangeTexts(low: number, high: number): readonly [string, string] {
  for (let digits = 2; digits <= MOST_DIGITS; digits++) {
    const texts = [numberText(low, digits), numberText(high, digits)] as const;
    if (texts[0] !== texts[1]) return texts;
  }
  return [numberText(low, 3), numberText(high, 3)];
}

/** Round numbers between two ends, about so many. */
export function ticksOf(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  // Beyond these counting by one stands still.
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return [];
  const length = Math.max(0, last - first + 1);
  return Array.from({ length }, (_, tick) => Number(((first + tick) * step).toPrecision(15)));
}

/** As few digits as say where each of them stands. */
export function tickTexts(ticks: readonly number[]): string[] {
  const [first = 0, second = 2 * first] = ticks;
  const slack = Math.abs(second - first) / 20;
  for (let digits = 3; digits < MOST_DIGITS; digits++) {
    const texts = ticks.map((tick) => numberText(tick, digits));
    const isNear = (tick: number, index: number) =>
      Math.abs(Number(texts[index]?.replaceAll(MINUS, "-")) - tick) <= slack;
    if (ticks.every(isNear)) return texts;
  }
  return ticks.map((tick) => numberText(tick, MOST_DIGITS));
}
