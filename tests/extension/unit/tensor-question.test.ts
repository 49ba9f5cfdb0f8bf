import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { readTensors, tensorQuestion } from "../../../extension/src/tensor-question";

const PYTHON = `${import.meta.dirname}/../../../.venv/${process.platform === "win32" ? "Scripts/python.exe" : "bin/python"}`;

/** Evaluates as a debugger does: one expression, with a frame's globals and locals. */
function evaluate(setup: string, names: readonly string[]): ReadonlyMap<string, string> {
  const script = [
    "import sys",
    setup,
    `answer = eval(${JSON.stringify(tensorQuestion(names))}, globals(), dict(scope))`,
    "sys.stdout.write(repr(answer))",
  ].join("\n");
  return readTensors(execFileSync(PYTHON, ["-c", script], { encoding: "utf8" }));
}

const SCOPE = `
import torch
class Trap:
    def __getattribute__(self, name): raise SystemExit("ran user code: " + name)
    __repr__ = __str__ = __len__ = __bool__ = __eq__ = None
class Mode(torch.overrides.TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None): raise SystemExit("ran a mode")
class Tagged(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None): raise SystemExit("ran a subclass")
scope = {
    "x": torch.zeros(1, 9, 64), "empty": torch.ones((), dtype=torch.int64), "n": 3, "trap": Trap(),
    "weight": torch.nn.Parameter(torch.zeros(2, dtype=torch.bfloat16)),
    "tagged": torch.zeros(4).as_subclass(Tagged), "größe": torch.zeros(5),
}
mode = Mode()
mode.__enter__()
`;

it("tells shape and dtype of tensors and nothing of all else, without running the user's code", () => {
  const names = ["x", "empty", "n", "trap", "weight", "tagged", "größe", "missing"];
  expect([...evaluate(SCOPE, names)]).toEqual([
    ["x", "float32[1, 9, 64]"],
    ["empty", "int64[]"],
    ["weight", "bfloat16[2]"],
    ["tagged", "float32[4]"],
    ["größe", "float32[5]"],
  ]);
}, 60_000);

it("imports nothing and leaves nothing behind", () => {
  const setup =
    'scope = {"x": 1}\nimport atexit\natexit.register(lambda: "torch" in sys.modules and 1 / 0)';
  expect(evaluate(setup, ["x"]).size).toBe(0);
});

it("reads nothing from an answer that is none", () => {
  expect(readTensors("SyntaxError: invalid syntax").size).toBe(0);
  expect(readTensors("").size).toBe(0);
});
