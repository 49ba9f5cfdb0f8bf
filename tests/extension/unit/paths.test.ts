import { expect, it } from "vitest";
import { isLibrary, parameterText, parentPath } from "../../../extension/src/paths";

it("gives the path that a module hangs from", () => {
  expect(["h", "h.0", "transformer.h.0"].map(parentPath)).toEqual([".", "h", "transformer.h"]);
});

it("tells files of installed packages from those of a person", () => {
  const library = ["/v/lib/python3.11/site-packages/torch/nn.py", "/usr/lib/python3.12/json.py"];
  expect(library.every(isLibrary)).toBe(true);
  expect(["/home/me/lib/model.py", "/c:/code/python3.11/a.py"].some(isLibrary)).toBe(false);
});

it("writes numbers of parameters short", () => {
  expect(
    [0, 7, 999, 1000, 12_345, 999_499, 999_500, 124_439_808, 6.7e11].map(parameterText),
  ).toEqual(["", "7", "999", "1.0 K", "12.3 K", "999 K", "1.0 M", "124 M", "670 B"]);
});
