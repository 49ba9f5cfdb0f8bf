import { describe, expect, it } from "vitest";
import { indentWidth, logicalLines } from "../../../extension/src/statements";

const spans = (text: string) =>
  logicalLines(text).map(({ first, last, code }) => [first, last, code] as const);

describe("logicalLines", () => {
  it("leaves blank lines and comments out", () => {
    expect(spans("a = 1\n\n# note\nb = 2  # more\n")).toEqual([
      [0, 0, "a = 1"],
      [3, 3, "b = 2"],
    ]);
  });

  it("joins what stands in brackets, with comments inside", () => {
    expect(spans("f(\n  1,  # )\n  [2,\n   3])\nx")).toEqual([
      [0, 3, "f(   1,     [2,    3])"],
      [4, 4, "x"],
    ]);
  });

  it("does not look into strings, whatever they hold", () => {
    expect(spans("a = '(#' + \"it's\"\nb")).toEqual([
      [0, 0, 'a = "" + ""'],
      [1, 1, "b"],
    ]);
  });

  it("joins a triple-quoted string and keeps escaped quotes inside", () => {
    expect(spans('"""one\ntwo \\""" three\n"""\nx')).toEqual([
      [0, 2, '""'],
      [3, 3, "x"],
    ]);
  });

  it("ends an unfinished string at its line, so that half-typed code costs one line", () => {
    expect(spans("a = 'open\nb = 1")).toEqual([
      [0, 0, 'a = ""'],
      [1, 1, "b = 1"],
    ]);
  });

  it("joins lines that end with a backslash", () => {
    expect(spans("a = 1 + \\\n    2\nb").map(([first, last]) => [first, last])).toEqual([
      [0, 1],
      [2, 2],
    ]);
  });

  it("reads Windows line ends", () => {
    expect(spans("a\r\nb\r\n")).toEqual([
      [0, 0, "a"],
      [1, 1, "b"],
    ]);
  });
});

it("counts a tab up to the next multiple of eight, as Python does", () => {
  expect(indentWidth("    ")).toBe(4);
  expect(indentWidth("\t")).toBe(8);
  expect(indentWidth("  \t ")).toBe(9);
});
