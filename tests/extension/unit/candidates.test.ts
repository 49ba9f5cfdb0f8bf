import { expect, it } from "vitest";
import { findCandidates } from "../../../extension/src/candidates";

const names = (text: string) => findCandidates(text).map(({ kind, name }) => `${kind} ${name}`);

it("finds classes that derive from a module, under any name of the base", () => {
  const text = [
    "class A(nn.Module): pass",
    "class B(torch.nn.Module):",
    "    pass",
    "class C(LightningModule, Mixin[int]):",
    "    pass",
    "class D(Dataset):",
    "    pass",
    "class E(GPT2PreTrainedModel):",
    "    pass",
    "class F:",
    "    pass",
  ].join("\n");
  expect(names(text)).toEqual(["class A", "class B", "class C", "class E"]);
});

it("follows a base that is a module class of the same file", () => {
  expect(names("class Base(Module):\n  x = 1\nclass Child(\n  Base,\n):\n  y = 2")).toEqual([
    "class Base",
    "class Child",
  ]);
});

it("offers only functions that need no argument", () => {
  const text = [
    "def build(): ...",
    "def default(size=3, *rest, flag: bool = True, **more) -> nn.Module: ...",
    "def needs(size): ...",
    "def needs_keyword(*, size): ...",
    "def _private(): ...",
  ].join("\n");
  expect(names(text)).toEqual(["function build", "function default"]);
});

it("offers variables that hold the result of a call, not plain values", () => {
  const text = "size = 3\nmodel = Net(size)\nnet: Net = build()\nf = lambda x: g(x)\na.b = Net()";
  expect(names(text)).toEqual(["variable model", "variable net"]);
});

it("ignores what is nested, quoted or commented out", () => {
  const text =
    'def f():\n    class A(nn.Module): pass\n"""\nclass B(nn.Module): pass\n"""\n# class C(nn.Module): pass';
  expect(names(text)).toEqual(["function f"]);
});

it("lists classes before variables before functions and tells their lines", () => {
  const found = findCandidates("def make(): ...\nmodel = make()\nclass Net(nn.Module): ...");
  expect(found.map(({ name, line }) => [name, line])).toEqual([
    ["Net", 2],
    ["model", 1],
    ["make", 0],
  ]);
});
