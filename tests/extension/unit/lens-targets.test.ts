import { expect, it } from "vitest";
import { lensTargets } from "../../../extension/src/lens-targets";

const found = (...lines: string[]) =>
  lensTargets(lines.join("\n")).map(({ line, name }) => `${line} ${name}`);

it("puts a lens over each class of modules, those that derive from another one included", () => {
  const lines = [
    "class A(nn.Module):",
    "    x = 1",
    "class B(A):",
    "    x = 1",
    "class C:",
    "    x",
  ];
  expect(found(...lines)).toEqual(["0 A", "2 B"]);
});

it("puts a lens over a variable that holds an Interpogate, under every way to write it", () => {
  const lines = [
    "interp = Interpogate(model, tokenizer)",
    "other: Interpogate = interpogate.Interpogate(",
    "    make_model(),",
    ")",
  ];
  expect(found(...lines)).toEqual(["0 interp", "1 other"]);
});

it("names the model where the call's result has no name, if that is a variable of the file", () => {
  expect(found("model = Net()", "Interpogate(model).visualize()")).toEqual(["1 model"]);
  expect(found("Interpogate(load(), tokenizer).visualize()")).toEqual([]);
});

it("leaves alone what no name leads to", () => {
  const lines = [
    "def main():",
    "    interp = Interpogate(model)",
    "from interpogate import Interpogate",
    '"""',
    "interp = Interpogate(model)",
    '"""',
    "# interp = Interpogate(model)",
    "_hidden = Interpogate(model)",
    "class NotInterpogate(object):",
    "    pass",
  ];
  expect(found(...lines)).toEqual([]);
});

it("names the class or function that a call in a branch or a function makes its model with", () => {
  const lines = [
    "class Net(nn.Module):",
    "    x = 1",
    "def make():",
    "    return Net()",
    'if __name__ == "__main__":',
    "    interp = Interpogate(Net(), tokenizer)",
    "    Interpogate(model=make()).visualize()",
    "    Interpogate(unknown()).visualize()",
  ];
  expect(found(...lines)).toEqual(["0 Net", "5 Net", "6 make"]);
});
