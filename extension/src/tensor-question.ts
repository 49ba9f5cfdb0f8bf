/**
 * The expression that a Python debugger evaluates to tell the tensors among local variables, and its
 * answer read. Knows no VS Code API. Used by `inline-values.ts`.
 *
 * It looks at types first and reads two attributes of tensors only, with torch's overrides turned off,
 * so nothing of the user's own code runs; it imports nothing that is not imported yet.
 */

const READER = `
def read(values, names):
    import sys
    torch = sys.modules.get("torch")
    found = []
    if torch is None or not hasattr(torch, "Tensor"):
        return ""
    with torch._C.DisableTorchFunction():
        for name in names:
            value = values.get(name)
            if issubclass(type(value), torch.Tensor):
                try:
                    found.append(f"{name}={str(value.dtype)[6:]}{list(value.shape)}")
                except Exception:
                    pass
    return ";".join(found)
`;

/** Python that gives one line of text; an expression, since debuggers take statements only at prompts. */
export function tensorQuestion(names: readonly string[]): string {
  const [reader, wanted] = [JSON.stringify(READER), JSON.stringify(names)];
  return `(lambda space, values: (exec(${reader}, space), space["read"](values, ${wanted}))[1])({}, locals())`;
}

/** Tensors by name, such as `float32[1, 9, 64]`. */
export function readTensors(answer: string): ReadonlyMap<string, string> {
  const found = answer.matchAll(/([\p{L}_][\p{L}\p{N}_]*)=(\w+)\[((?:\d+(?:, \d+)*)?)\]/gu);
  return new Map(
    [...found].map(([, name = "", dtype = "", sizes = ""]) => [name, `${dtype}[${sizes}]`]),
  );
}
