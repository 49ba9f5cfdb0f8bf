/** A recording of a GPT-2-like model, written by hand: what a worker would answer, as JSON. */
import { LevelBuilder } from "./level-builder.mjs";

const T = 8;
const BLOCK_MODULES = 12;
const FIRST_BLOCK = 5;

/** A model with `layers` blocks and `width` channels. */
export function gptRecording({ layers = 12, width = 768, vocabulary = 50257 } = {}) {
  let order = 0;
  const levels = {};
  const lastBlock = FIRST_BLOCK + layers * (BLOCK_MODULES + 1);
  const next = () => order++;
  const hidden = (b) => b.tensor([1, T, width], "float32", 1);
  const input = (b, name, output) =>
    b.node({ id: `${b.container}#in:${name}`, kind: "input", name, output });
  const output = (b, name, out) =>
    b.node({ id: `${b.container}#out:${name}`, kind: "output", name, output: out });
  const operation = (b, name, type, out) =>
    b.node({
      id: `${b.path}#${b.nodes.length}:${type}`,
      kind: "operation",
      name,
      type,
      output: out,
      order: next(),
    });
  const module = (b, name, type, first, more = {}) => {
    const path = b.path === "." ? name : `${b.path}.${name}`;
    return b.node({
      id: path,
      kind: "module",
      name,
      type,
      path,
      first,
      last: first,
      order: next(),
      output: hidden(b),
      ...more,
    });
  };
  const chain = (b, rows) => {
    for (const [i, row] of rows.slice(1).entries()) b.edge(rows[i], row);
  };
  const parameters = { attn: 4 * width * width, mlp: 8 * width * width, norm: 2 * width };

  function attention(path, first) {
    const b = new LevelBuilder(path, path);
    const h = hidden(b);
    const head = b.tensor([1, 12, T, width / 12], "float32", 2);
    const x = input(b, "hidden_states", h);
    const qkv = module(b, "c_attn", "Conv1D", first + 1, {
      output: b.tensor([1, T, 3 * width], "float32", 1),
      parameters: 3 * width * width,
    });
    const split = operation(b, "split", "torch.Tensor.split", h);
    const core = operation(b, "attention", "scaled_dot_product_attention", head);
    const project = module(b, "c_proj", "Conv1D", first + 2, { parameters: width * width });
    const drop = module(b, "resid_dropout", "Dropout", first + 4);
    chain(b, [x, qkv, split, core, project, drop, output(b, "output", h)]);
    b.edge(split, core);
    const never = module(b, "attn_dropout", "Dropout", first + 3, {
      calls: 0,
      order: -1,
      output: -1,
    });
    b.nodes[never].order = -1;
    levels[path] = b.build();
  }

  function mlp(path, first) {
    const b = new LevelBuilder(path, path);
    const wide = b.tensor([1, T, 4 * width], "float32", 1);
    const x = input(b, "hidden_states", hidden(b));
    const up = module(b, "c_fc", "Conv1D", first + 1, {
      output: wide,
      parameters: 4 * width * width,
    });
    const act = module(b, "act", "NewGELUActivation", first + 3, { output: wide });
    const down = module(b, "c_proj", "Conv1D", first + 2, { parameters: 4 * width * width });
    const drop = module(b, "dropout", "Dropout", first + 4);
    chain(b, [x, up, act, down, drop, output(b, "output", hidden(b))]);
    levels[path] = b.build();
  }

  function block(path, first) {
    const b = new LevelBuilder(path, path);
    const h = hidden(b);
    const x = input(b, "hidden_states", h);
    const one = module(b, "ln_1", "LayerNorm", first + 1, { parameters: parameters.norm });
    const attn = module(b, "attn", "GPT2Attention", first + 2, {
      last: first + 6,
      expandable: true,
      parameters: parameters.attn,
    });
    attention(`${path}.attn`, first + 2);
    const add = operation(b, "+", "torch.add", h);
    const two = module(b, "ln_2", "LayerNorm", first + 7, { parameters: parameters.norm });
    const feed = module(b, "mlp", "GPT2MLP", first + 8, {
      last: first + 12,
      expandable: true,
      parameters: parameters.mlp,
    });
    mlp(`${path}.mlp`, first + 8);
    const sum = operation(b, "+", "torch.add", h);
    chain(b, [x, one, attn, add, two, feed, sum, output(b, "output", h)]);
    b.edge(x, add);
    b.edge(add, sum);
    levels[path] = b.build();
  }

  function stack() {
    const id = "transformer.h[0:12]";
    const b = new LevelBuilder(id, "transformer");
    const x = input(b, "hidden_states", hidden(b));
    const rows = [x];
    for (let layer = 0; layer < layers; layer++) {
      const first = FIRST_BLOCK + 1 + layer * BLOCK_MODULES + layer;
      const row = module(b, `h.${layer}`, "GPT2Block", first, {
        last: first + BLOCK_MODULES,
        expandable: true,
        parameters: 12 * width * width,
      });
      rows.push(row);
      block(`transformer.h.${layer}`, first);
    }
    chain(b, [...rows, output(b, "output", hidden(b))]);
    levels[id] = b.build();
    return id;
  }

  function transformer(first, last) {
    const b = new LevelBuilder("transformer", "transformer");
    const ids = input(b, "input_ids", b.tensor([1, T], "int64", 1));
    const wte = module(b, "wte", "Embedding", first + 1, { parameters: vocabulary * width });
    const arange = operation(b, "arange", "torch.arange", b.tensor([1, T], "int64", 1));
    const wpe = module(b, "wpe", "Embedding", first + 2, { parameters: 1024 * width });
    const add = operation(b, "+", "torch.add", hidden(b));
    const drop = module(b, "drop", "Dropout", first + 3);
    const at = next();
    const id = stack();
    const group = b.node({
      id,
      kind: "group",
      name: `h.0 – h.${layers - 1}`,
      type: "GPT2Block",
      repeats: layers,
      expandable: true,
      first: FIRST_BLOCK + 1,
      last: last - 1,
      order: at,
      output: hidden(b),
      parameters: layers * 12 * width * width,
      calls: layers,
    });
    const norm = module(b, "ln_f", "LayerNorm", last, { parameters: parameters.norm });
    b.edge(ids, wte);
    b.edge(arange, wpe);
    b.edge(wte, add);
    b.edge(wpe, add);
    chain(b, [add, drop, group, norm, output(b, "last_hidden_state", hidden(b))]);
    levels.transformer = b.build();
  }

  const root = new LevelBuilder(".", ".");
  const modules = lastBlock + 3;
  const ids = input(root, "input_ids", root.tensor([1, T], "int64", 1));
  const body = module(root, "transformer", "GPT2Model", 1, {
    last: modules - 2,
    expandable: true,
    parameters: 124_000_000,
  });
  transformer(1, modules - 2);
  const head = module(root, "lm_head", "Linear", modules - 1, {
    output: root.tensor([1, T, vocabulary], "float32", 1),
    parameters: vocabulary * width,
  });
  chain(root, [
    ids,
    body,
    head,
    output(root, "logits", root.tensor([1, T, vocabulary], "float32", 1)),
  ]);
  levels["."] = root.build();
  return assemble(levels, { modules, layers, width, vocabulary });
}

const WORDS = ["When", " Mary", " and", " John", " went", " to", " the", " store"];

function tokensOf(words) {
  return {
    ids: words.map((word, i) => 317 + ((word.length * 7919 + i * 104729) % 40000)),
    texts: words,
    raw: words.map((word) => word.replaceAll(" ", "Ġ")),
  };
}

function detailsOf(level, row, recording) {
  const kind = level.kinds[row];
  const shape = (t) => ({
    shape: level.tensors.shapes[t],
    dtype: level.tensors.dtypes[t],
    tokenDimension: level.tensors.tokenDimensions[t],
  });
  const value = (depth, key, t) => ({
    depth,
    key,
    kind: "tensor",
    typeName: "Tensor",
    device: "cpu",
    ...shape(t),
  });
  const incoming = level.edgeTargets.flatMap((target, edge) =>
    target === row && level.edgeTensors[edge] >= 0 ? [level.edgeTensors[edge]] : [],
  );
  const isTuple = level.names[row] === "attn";
  const out = level.outputs[row];
  const outputs =
    out < 0
      ? []
      : isTuple
        ? [
            {
              depth: 0,
              key: "",
              kind: "tuple",
              typeName: "tuple",
              shape: null,
              dtype: null,
              device: null,
              tokenDimension: null,
            },
            value(1, "0", out),
            {
              depth: 1,
              key: "1",
              kind: "none",
              typeName: "NoneType",
              shape: null,
              dtype: null,
              device: null,
              tokenDimension: null,
            },
          ]
        : [value(0, "", out)];
  const linear = /Conv1D|Linear/.test(level.types[row]);
  return {
    node: level.ids[row],
    kind,
    name: level.names[row],
    path: level.paths[row],
    typeName:
      kind === "module"
        ? `transformers.models.gpt2.modeling_gpt2.${level.types[row]}`
        : level.types[row],
    attributes: linear
      ? [
          ["in_features", String(recording.width)],
          ["out_features", String(level.tensors.shapes[out]?.at(-1))],
        ]
      : [],
    parameters: linear
      ? [
          {
            name: "weight",
            shape: [recording.width, level.tensors.shapes[out]?.at(-1) ?? 1],
            dtype: "float32",
            isBuffer: false,
            sharedWith: level.names[row] === "lm_head" ? ["transformer.wte.weight"] : [],
          },
          {
            name: "bias",
            shape: [level.tensors.shapes[out]?.at(-1) ?? 1],
            dtype: "float32",
            isBuffer: false,
            sharedWith: [],
          },
        ]
      : [],
    parameterCount: level.parameterCounts[row],
    otherPaths: [],
    inputs: incoming.map((t, i) => value(0, i === 0 ? "hidden_states" : `arg ${i}`, t)),
    outputs,
    callCount: level.calls[row],
    durationMs: null,
    origin: "fake",
    runId: 0,
    note: level.calls[row] === 0 ? "It did not run in the observed forward pass." : "",
    source: { file: "/site-packages/transformers/models/gpt2/modeling_gpt2.py", line: 120 },
    problem: null,
  };
}

/** Depth first through all modules, as a forward pass would. */
function eventsOf(levels) {
  const kinds = [];
  const order = [];
  const push = (kind, module) => {
    kinds.push(kind);
    order.push(module);
  };
  const visit = (container) => {
    const level = levels[container];
    const rows = level.ids
      .map((_, row) => row)
      .filter((row) => level.orders[row] >= 0 && level.firstModules[row] >= 0);
    rows.sort((a, b) => level.orders[a] - level.orders[b]);
    for (const row of rows) {
      if (level.kinds[row] === "group") {
        visit(level.ids[row]);
        continue;
      }
      push("started", level.firstModules[row]);
      if (level.expandable[row]) visit(level.ids[row]);
      push("finished", level.firstModules[row]);
    }
  };
  push("started", 0);
  visit(".");
  push("finished", 0);
  return { kinds, modules: order, timesUs: kinds.map((_, i) => i * 40) };
}

function assemble(levels, { modules, layers, width, vocabulary }) {
  const details = {};
  const locations = { ".": { node: ".", containers: ["."] } };
  const parents = {};
  for (const level of Object.values(levels))
    for (const id of level.ids) parents[id] = level.container;
  for (const level of Object.values(levels)) {
    for (const [row, id] of level.ids.entries()) {
      details[id] = detailsOf(level, row, { width });
      const containers = [];
      for (let c = level.container; c !== undefined; c = parents[c]) containers.unshift(c);
      if (level.kinds[row] === "module") locations[level.paths[row]] = { node: id, containers };
    }
  }
  const tokens = tokensOf(WORDS);
  const prediction = (position) => ({
    position,
    tokens: tokensOf([
      " Mary",
      " John",
      " the",
      " store",
      " and",
      " a",
      " her",
      " him",
      ".",
      " school",
    ]),
    probabilities: [0.4113, 0.1822, 0.0919, 0.0511, 0.0302, 0.0201, 0.0155, 0.0101, 0.0077, 0.0009],
    logits: [14.21, 13.4, 12.71, 12.13, 11.6, 11.19, 10.93, 10.5, 10.23, 8.08],
  });
  const model = {
    modelId: "m1",
    source: "gpt2",
    phase: "ready",
    message: "",
    problem: null,
    graphVersion: 1,
    origin: "fake",
    runId: 0,
    summary: {
      title: "gpt2",
      className: "GPT2LMHeadModel",
      moduleCount: modules,
      parameterCount: 124439808,
      dtype: "float32",
      device: "cpu",
      takesText: true,
      predictsTokens: true,
      exampleText: WORDS.join(""),
      exampleInputs: "",
      file: null,
    },
  };
  return {
    host: { kind: "vscode", canInsert: true, trusted: true, modelId: "m1" },
    model,
    levels,
    details,
    locations,
    tokens,
    layers,
    vocabulary,
    predictions: WORDS.map((_, position) => prediction(position)),
    events: eventsOf(levels),
  };
}
