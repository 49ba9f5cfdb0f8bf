import { expect, it } from "vitest";
import { namesAbove } from "../../../extension/src/names-above";

const TEXT = [
  "import torch",
  "weights = torch.ones(3)",
  "def forward(self, x, mask=None):",
  '    said = "x is here"  # and x there',
  "    if mask is not None:",
  "        x = x + mask.float()",
  "    return self.head(x)",
  "",
  "def other(y):",
  "    return y",
].join("\n");

const names = (line: number) =>
  namesAbove(TEXT, line).map(({ name, line: at, column }) => `${at}:${column} ${name}`);

it("goes from the head of the function around the line down to the line", () => {
  expect(names(9)).toEqual(["8:10 y", "9:11 y"]);
});

it("finds names once a line, no attributes, calls, keywords, strings or comments", () => {
  expect(names(5)).toEqual(["2:18 x", "2:21 mask", "3:4 said", "4:7 mask", "5:8 x", "5:16 mask"]);
});

it("takes the whole text above a line of a module", () => {
  expect(names(1)).toEqual(["0:7 torch", "1:0 weights", "1:10 torch"]);
});

it("reads a line with an open quote and many backslashes as quickly as any other", () => {
  const before = performance.now();
  namesAbove(`path = '${"\\".repeat(5000)}`, 0);
  expect(performance.now() - before).toBeLessThan(1000);
});
