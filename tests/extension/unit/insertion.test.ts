import { describe, expect, it } from "vitest";
import {
  codeLines,
  hasTabStops,
  planInsertion,
  type Replacement,
} from "../../../extension/src/insertion";

const CODE = "with interp.hook() as hook:\n    def post_hook(module):\n        pass\n\n    go()\n";
const IMPORT = "from interpogate import Interpogate";

interface Options {
  readonly imports?: readonly string[];
  readonly unit?: string;
  readonly known?: readonly string[];
  readonly snippet?: string;
}

/** Inserts at the line that holds `|` and gives the text that results. */
function insert(marked: string, options: Options = {}): string {
  const cursorLine = marked.slice(0, marked.indexOf("|")).split("\n").length - 1;
  const text = marked.replace("|", "");
  const { imports = [], unit = "    ", known = [], snippet = CODE } = options;
  const plan = planInsertion({ text, cursorLine, unit, known }, { snippet, imports });
  return [...plan].reverse().reduce(apply, text);
}

function apply(text: string, replacement: Replacement): string {
  const lines = text.split("\n");
  const head = lines.slice(0, replacement.startLine).map((line) => `${line}\n`);
  const tail = [(lines[replacement.endLine] ?? "").slice(replacement.endCharacter)];
  const rest = [...tail, ...lines.slice(replacement.endLine + 1)].join("\n");
  return head.join("") + replacement.before + replacement.snippet + replacement.after + rest;
}

/** The code as it stands behind an indentation. */
function code(indent: string): string {
  return CODE.replace(/\n$/, "")
    .split("\n")
    .map((line) => (line === "" ? "" : indent + line))
    .join("\n");
}

describe("where code goes", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["an empty file", "|", code("")],
    ["an empty line at the end", "a = 1\n|", `a = 1\n${code("")}`],
    ["below a statement", "a = 1|\nb = 2\n", `a = 1\n${code("")}\nb = 2\n`],
    ["below the last line without a newline", "a = 1|", `a = 1\n${code("")}\n`],
    [
      "inside a function",
      "def f():\n    a = 1|\n    b\n",
      `def f():\n    a = 1\n${code("    ")}\n    b\n`,
    ],
    ["one deeper below a colon", "def f():|\n    a\n", `def f():\n${code("    ")}\n    a\n`],
    [
      "one deeper below a colon at the end",
      "def f():\n    if x:|",
      `def f():\n    if x:\n${code("        ")}\n`,
    ],
    ["as deep as the block that is there", "if x:|\n  a\n", `if x:\n${code("  ")}\n  a\n`],
    [
      "at the white space of a blank line",
      "def f():\n    a\n    |\n",
      `def f():\n    a\n${code("    ")}\n`,
    ],
    [
      "at column 0 below a function",
      "def f():\n    a\n|\n\nb\n",
      `def f():\n    a\n${code("")}\n\nb\n`,
    ],
    [
      "in a block though the line is empty",
      "def f():\n    a\n|\n    b\n",
      `def f():\n    a\n${code("    ")}\n    b\n`,
    ],
    ["one deeper in an empty body", "def f():\n|\n", `def f():\n${code("    ")}\n`],
    ["not deeper than the block allows", "a = 1\n        |\n", `a = 1\n${code("")}\n`],
    [
      "before an else, inside its if",
      "if x:\n    a\n|\nelse:\n    b\n",
      `if x:\n    a\n${code("    ")}\nelse:\n    b\n`,
    ],
    [
      "after a statement that spans lines",
      "f(\n    1,|\n    2,\n)\nb\n",
      `f(\n    1,\n    2,\n)\n${code("")}\nb\n`,
    ],
    [
      "after a docstring",
      'def f():\n    """one\n    |two"""\n    a\n',
      `def f():\n    """one\n    two"""\n${code("    ")}\n    a\n`,
    ],
    [
      "inside what a decorator decorates",
      "@d|\ndef f():\n    a\n",
      `@d\ndef f():\n${code("    ")}\n    a\n`,
    ],
    [
      "below a comment",
      "def f():\n    a\n    # here|\n    b\n",
      `def f():\n    a\n    # here\n${code("    ")}\n    b\n`,
    ],
    [
      "at a shallower blank line of nested blocks",
      "if x:\n    if y:\n        a\n    |\n    b\n",
      `if x:\n    if y:\n        a\n${code("    ")}\n    b\n`,
    ],
  ];

  it.each(cases)("goes %s", (_name, marked, expected) => {
    expect(insert(marked)).toBe(expected);
  });

  it("writes the editor's tabs", () => {
    const tabs =
      "\twith interp.hook() as hook:\n\t\tdef post_hook(module):\n\t\t\tpass\n\n\t\tgo()";
    expect(insert("def f():\n\ta|\n", { unit: "\t" })).toBe(`def f():\n\ta\n${tabs}\n`);
  });

  it("writes two spaces where the editor does", () => {
    const snippet = "with x:\n    y\n";
    expect(insert("|", { unit: "  ", snippet })).toBe("with x:\n  y");
  });
});

describe("imports", () => {
  const imports = [IMPORT];
  const cases: readonly (readonly [string, string, string])[] = [
    ["in an empty file", "|", `${IMPORT}\n\n${code("")}`],
    ["below the imports", "import torch\n\na|\n", `import torch\n${IMPORT}\n\na\n${code("")}\n`],
    [
      "apart from code right below",
      "import torch\na|\n",
      `import torch\n${IMPORT}\n\na\n${code("")}\n`,
    ],
    ["below the docstring", '"""Doc."""\na|\n', `"""Doc."""\n\n${IMPORT}\n\na\n${code("")}\n`],
    [
      "below from __future__",
      "from __future__ import annotations\n\na|\n",
      `from __future__ import annotations\n${IMPORT}\n\na\n${code("")}\n`,
    ],
    [
      "below the interpreter line",
      "#!/usr/bin/env python\na|\n",
      `#!/usr/bin/env python\n${IMPORT}\n\na\n${code("")}\n`,
    ],
    [
      "between the last import and code right below it",
      "import torch|\nb\n",
      `import torch\n${IMPORT}\n\n${code("")}\nb\n`,
    ],
    [
      "below a lone import without a newline",
      "import torch|",
      `import torch\n${IMPORT}\n\n${code("")}\n`,
    ],
    [
      "before the definition that later imports belong to",
      "import a\nclass C:\n    pass\nimport b\nx|\n",
      `import a\n${IMPORT}\n\nclass C:\n    pass\nimport b\nx\n${code("")}\n`,
    ],
  ];

  it.each(cases)("go %s", (_name, marked, expected) => {
    expect(insert(marked, { imports })).toBe(expected);
  });

  it.each([
    IMPORT,
    "from interpogate import errors, Interpogate",
    "from interpogate import (\n    errors,  # comment\n    Interpogate,\n)",
    "from interpogate import Interpogate as Interpogate",
    "from interpogate import *",
    "import torch; from interpogate import Interpogate",
  ])("are not added where they are: %s", (present) => {
    const text = `${present}\n\na|\n`;
    expect(insert(text, { imports })).toBe(`${present}\n\na\n${code("")}\n`);
  });

  it.each([
    "import interpogate",
    "from interpogate import Interpogate as I",
    "from other import Interpogate",
    "# from interpogate import Interpogate",
    'TEXT = "from interpogate import Interpogate"',
  ])("are added where only something like them is: %s", (present) => {
    expect(insert(`${present}\n\na|\n`, { imports })).toContain(`${IMPORT}\n`);
  });

  it("count when an earlier cell of the notebook has them", () => {
    expect(insert("a|", { imports, known: [`import torch\n${IMPORT}\n`] })).toBe(
      `a\n${code("")}\n`,
    );
  });

  it("go below the magics of a notebook cell", () => {
    const expected = `%matplotlib inline\n!ls\n\n${IMPORT}\n\na\n${code("")}\n`;
    expect(insert("%matplotlib inline\n!ls\na|", { imports })).toBe(expected);
  });
});

describe("where the inserted code stands", () => {
  it.each([
    ["imports far above", "import os\n\nx = 1\n|\ny = 2\n"],
    ["imports right above", "|"],
    ["the end of a file without a newline", "import os\nx = 1|"],
    ["below a statement, nothing to import", `${IMPORT}\nx = 1|\ny = 2\n`],
  ])("is told: %s", (_case, marked) => {
    const cursorLine = marked.slice(0, marked.indexOf("|")).split("\n").length - 1;
    const target = { text: marked.replace("|", ""), cursorLine, unit: "    " };
    const plan = planInsertion(target, { snippet: CODE, imports: [IMPORT] });
    const { first, last } = codeLines(plan);
    const after = insert(marked, { imports: [IMPORT] }).split("\n");
    expect(after.slice(first, last + 1).join("\n")).toBe(code(""));
  });

  it.each([
    ["print(1)", false],
    ["price = '\\$1'", false],
    ["def seen(module):\n    $1", true],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a tab stop of a snippet
    ["${1:pass}", true],
    ["x = '\\\\$0'", true],
  ])("knows whether there is something to go through: %j", (snippet, expected) => {
    expect(hasTabStops({ snippet, imports: [] })).toBe(expected);
  });
});
