/**
 * Runs in the page before it, in place of VS Code: `acquireVsCodeApi` answers from a recording
 * (`window.recording`). Tests steer it through `window.replay`.
 */
(() => {
  const recording = window.recording;
  const saved = sessionStorage.getItem("state");
  const replay = {
    requests: [],
    held: new Set(),
    overrides: {},
    batch: 12,
    frameMs: 16,
    runId: 0,
    timer: 0,
    given: {},
    runs: new Map(),
    emit(method, params) {
      window.postMessage({ jsonrpc: "2.0", method, params }, "*");
    },
    setModel(part) {
      recording.model = { ...recording.model, ...part };
      replay.emit("model/changed", recording.model);
    },
  };
  window.replay = replay;

  const modelId = () => recording.model.modelId;
  const runState = (phase, eventCount, problem = null) => ({
    modelId: modelId(),
    runId: replay.runId,
    phase,
    durationMs: phase === "running" ? 0 : 31.4,
    eventCount,
    tokens: recording.model.summary?.takesText ? recording.tokens : null,
    predictsTokens: phase === "finished" && (recording.model.summary?.predictsTokens ?? false),
    problem,
    ...replay.given,
    isKept: phase === "finished",
  });
  const eventsFrom = (first, count) => ({
    modelId: modelId(),
    runId: replay.runId,
    first,
    kinds: recording.events.kinds.slice(first, first + count),
    modules: recording.events.modules.slice(first, first + count),
    timesUs: recording.events.timesUs.slice(first, first + count),
  });

  function stream(first) {
    const total = replay.stopAt ?? recording.events.kinds.length;
    replay.sent = first;
    if (first >= total) {
      if (replay.stopAt === undefined) finish("finished");
      return;
    }
    const events = eventsFrom(first, Math.min(replay.batch, total - first));
    replay.emit("run/events", events);
    replay.timer = setTimeout(() => stream(first + events.kinds.length), replay.frameMs);
  }

  function finish(phase) {
    clearTimeout(replay.timer);
    replay.phase = phase;
    if (phase === "finished")
      replay.setModel({
        origin: "run",
        runId: replay.runId,
        shownRunId: replay.runId,
        graphVersion: recording.model.graphVersion + 1,
      });
    const state = runState(phase, replay.sent);
    replay.runs.set(state.runId, state);
    replay.emit("run/changed", state);
  }

  const answers = {
    "page/ready": () => recording.host,
    "model/read": () => recording.model,
    "graph/read": ({ containers, detail }) => {
      const levels =
        detail === "all" ? (recording.allLevels ?? recording.levels) : recording.levels;
      return {
        graphVersion: recording.model.graphVersion,
        levels: containers.filter((id) => levels[id]).map((id) => levels[id]),
      };
    },
    "graph/locate": ({ path }) => recording.locations[path],
    "module/find": ({ query, limit }) => {
      const words = query.toLowerCase().split(/\s+/);
      const typeOf = (path) => recording.details[path]?.typeName.split(".").at(-1) ?? "";
      const paths = Object.keys(recording.locations)
        .filter((path) => words.every((w) => `${path} ${typeOf(path)}`.toLowerCase().includes(w)))
        .slice(0, limit);
      return {
        paths,
        names: paths,
        classNames: paths.map(typeOf),
        parameterCounts: paths.map(() => 0),
        childCounts: paths.map(() => 0),
      };
    },
    "node/inspect": ({ node }) => recording.details[node],
    "text/tokenize": ({ text }) => {
      const words = text.match(/\s?\S+|\s+$/g) ?? [];
      if (text === recording.tokens.texts.join("")) return recording.tokens;
      return {
        ids: words.map((w, i) => 100 + i + w.length),
        texts: words,
        raw: words.map((w) => w.replaceAll(" ", "Ġ")),
      };
    },
    "run/start": ({ text, inputs }) => {
      replay.runId++;
      replay.phase = "running";
      replay.given = {
        text: text ?? null,
        inputs: inputs ?? null,
        startedAt: 1.7e9 + replay.runId,
      };
      replay.given.promptTokenCount = 0;
      if (text) recording.tokens = answers["text/tokenize"]({ text });
      replay.timer = setTimeout(() => stream(0), replay.frameMs);
      return runState("running", 0);
    },
    "run/cancel": () => {
      setTimeout(() => finish("cancelled"), 5);
      return runState("running", replay.sent ?? 0);
    },
    "run/read": ({ runId, first }) => ({
      state: replay.runs.get(runId) ?? runState(replay.phase ?? "finished", replay.sent ?? 0),
      events: eventsFrom(first, Math.max(0, (replay.sent ?? 0) - first)),
    }),
    "run/list": () => ({
      runs: [...replay.runs.values()].map((run) => ({ ...run, tokens: null })),
    }),
    "run/select": ({ runId }) => {
      const state = replay.runs.get(runId);
      recording.tokens = state.tokens ?? recording.tokens;
      replay.setModel({ shownRunId: runId, graphVersion: recording.model.graphVersion + 1 });
      return state;
    },
    "prediction/strip": ({ runId }) => {
      const { ids } = recording.tokens;
      const rows = ids.map((_, row) => recording.predictions[row % recording.predictions.length]);
      const first = (row, column) => rows[row].tokens[column][0];
      const column = (name) => ids.map((_, row) => first(row, name));
      const next = (row) => (row + 1 < ids.length ? ids[row + 1] : null);
      const rank = (row) => rows[row].tokens.ids.indexOf(next(row)) + 1;
      return {
        runId,
        first: 0,
        tokens: { ids: column("ids"), texts: column("texts"), raw: column("raw") },
        probabilities: rows.map(({ probabilities }) => probabilities[0]),
        actualRanks: ids.map((_, row) => (next(row) === null ? 0 : rank(row) || 11)),
        actualProbabilities: ids.map((_, row) => rows[row].probabilities[rank(row) - 1] ?? 0),
      };
    },
    "prediction/find": ({ position, text }) => ({
      position,
      tokens: { ids: [7, 8], texts: [` ${text}`, text], raw: [`Ġ${text}`, text] },
      probabilities: [0.125, 0.001],
      ranks: [3, 410],
      logits: [7.25, 2.5],
      isWhole: [true, false],
    }),
    "input/upload": ({ name, offset, byteLength, data }) => {
      const size = offset + atob(data).length;
      const isComplete = size >= byteLength;
      const kind = name.endsWith(".npy") ? "npy" : "file";
      return {
        name,
        byteLength: size,
        isComplete,
        description: isComplete ? (kind === "npy" ? "float32[2, 3]" : "image, 640 × 480") : "",
        expression: isComplete ? `${kind}("${name}")` : "",
      };
    },
    "prediction/read": ({ position }) => ({
      ...recording.predictions[position % recording.predictions.length],
      position,
    }),
    "block/list": () => ({ modelId: modelId(), blocks: [] }),
    "node/statistics": () => ({ inputs: [], outputs: [], parameters: [], note: "" }),
    "hook/write": ({ node }) => ({
      path: node,
      text: `with interp.hook() as hook:\n    hook.post(${JSON.stringify(node)}, post_hook)\n`,
      snippet: "",
      imports: ["from interpogate import Interpogate"],
    }),
    "recipe/list": () => ({
      offers: [
        { recipe: "zeroAblation", title: "Zero-ablation", does: "Compares.", refusal: "" },
        { recipe: "logitLens", title: "Logit lens", does: "Prints.", refusal: "It takes no text." },
      ],
    }),
    "hook/insert": () => ({ file: "experiment.py" }),
    "source/open": () => ({}),
    "text/copy": () => ({}),
    "picture/save": ({ name }) => ({ file: name }),
    "problem/act": () => ({}),
    "page/open": () => ({}),
  };

  function receive(message) {
    replay.requests.push(message);
    if (message.id === undefined || replay.held.has(message.method)) return;
    const answer = replay.overrides[message.method] ?? answers[message.method];
    let reply;
    try {
      reply = { result: structuredClone(answer(message.params)) };
    } catch (error) {
      reply = { error: error.rpc ?? { code: -32000, message: String(error) } };
    }
    window.postMessage({ jsonrpc: "2.0", id: message.id, ...reply }, "*");
  }

  let state = saved === null ? undefined : JSON.parse(saved);
  window.acquireVsCodeApi = () => ({
    postMessage: receive,
    getState: () => state,
    setState: (next) => {
      state = next;
      sessionStorage.setItem("state", JSON.stringify(next));
    },
  });
})();
