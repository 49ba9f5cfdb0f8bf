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
    replay.emit("run/changed", runState(phase, replay.sent));
    if (phase === "finished")
      replay.setModel({
        origin: "run",
        runId: replay.runId,
        graphVersion: recording.model.graphVersion + 1,
      });
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
    "run/start": ({ text }) => {
      replay.runId++;
      replay.phase = "running";
      if (text) recording.tokens = answers["text/tokenize"]({ text });
      replay.timer = setTimeout(() => stream(0), replay.frameMs);
      return runState("running", 0);
    },
    "run/cancel": () => {
      setTimeout(() => finish("cancelled"), 5);
      return runState("running", replay.sent ?? 0);
    },
    "run/read": ({ first }) => ({
      state: runState(replay.phase ?? "finished", replay.sent ?? 0),
      events: eventsFrom(first, (replay.sent ?? 0) - first),
    }),
    "prediction/read": ({ position }) => ({
      ...recording.predictions[position % recording.predictions.length],
      position,
    }),
    "hook/write": ({ node }) => ({
      path: node,
      text: `with interp.hook() as hook:\n    hook.post(${JSON.stringify(node)}, post_hook)\n`,
      snippet: "",
      imports: ["from interpogate import Interpogate"],
    }),
    "hook/insert": () => ({ file: "experiment.py" }),
    "source/open": () => ({}),
    "text/copy": () => ({}),
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
