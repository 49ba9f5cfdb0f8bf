import { expect, it } from "vitest";
import { noticeText, problem, problemOf } from "../../../extension/src/problems";

it("finds the problem that came over the wire", () => {
  const data = { code: "source.notFound", message: "No file.", hint: "", action: "openModel" };
  expect(problemOf(Object.assign(new Error("x"), { data }))).toBe(data);
});

it("makes a problem of any other error", () => {
  expect(problemOf(new Error("Broken pipe"))).toMatchObject({
    code: "internal",
    message: "Broken pipe",
  });
  expect(problemOf("what").code).toBe("internal");
  expect(problemOf(Object.assign(new Error("x"), { data: { code: 5 } })).code).toBe("internal");
});

it("keeps the extension's own problems", () => {
  expect(problemOf(problem("a.b", "It failed.", "Try.", "restart"))).toEqual({
    code: "a.b",
    message: "It failed.",
    hint: "Try.",
    action: "restart",
  });
});

it("makes no link, no lines and no flood of what user code raised", () => {
  const message = `[free](command:workbench.action.quit)\n\n${"x".repeat(5000)}`;
  const text = noticeText({ message, hint: "" });
  expect(text.startsWith("[free] (command:workbench.action.quit) xxx")).toBe(true);
  expect(text).toHaveLength(400);
});
