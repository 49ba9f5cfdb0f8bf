/** What the drawings take for granted and a bare JavaScript engine lacks. */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 of a text whose characters are bytes. */
function encode(text: string): string {
  let digits = "";
  for (let from = 0; from < text.length; from += 3) {
    const part = [0, 1, 2].map((place) => text.charCodeAt(from + place) || 0) as [
      number,
      number,
      number,
    ];
    const bits = (part[0] << 16) | (part[1] << 8) | part[2];
    const four = [18, 12, 6, 0].map((shift) => DIGITS.charAt((bits >>> shift) & 63)).join("");
    digits += from + 3 <= text.length ? four : four.slice(0, text.length - from + 1).padEnd(4, "=");
  }
  return digits;
}

function decode(digits: string): string {
  let [text, bits, known] = ["", 0, 0];
  for (const digit of digits) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    known += 6;
    if (known < 8) continue;
    known -= 8;
    text += String.fromCharCode((bits >>> known) & 255);
  }
  return text;
}

const engine: { btoa?: unknown; atob?: unknown } = globalThis;
engine.btoa ??= encode;
engine.atob ??= decode;
