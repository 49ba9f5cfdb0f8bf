// Generated from python_backend/interpogate/protocol by `npm run generate`. Do not edit.

export const PROTOCOL_VERSION = 1;

export type ModelPhase = "starting" | "loading" | "tracing" | "ready" | "failed" | "stopped";

export type RunPhase = "running" | "finished" | "failed" | "cancelled";

export type NodeKind = "module" | "group" | "operation" | "parameter" | "input" | "output";

export type GraphDetail = "essential" | "all";

export type Origin = "none" | "fake" | "example" | "run";

export type HookKind = "pre" | "post" | "both";

export type HookStyle = "interpogate" | "pytorch";

export type InsertPlace = "cursor" | "newFile";

export type ValueKind = "tensor" | "tuple" | "list" | "dict" | "dataclass" | "none" | "scalar" | "object";

export type EventKind = "started" | "finished" | "failed";

export type ChangeKind = "added" | "removed" | "changed";

export type ProblemAction = "restart" | "stopLoading" | "selectInterpreter" | "openFile" | "openModel" | "trustRemoteCode" | "none";

export type HostKind = "vscode" | "browser" | "notebook";

export type DimensionRole = "x" | "y" | "spread" | "average" | "max" | "norm" | "index";

export type ValueSide = "input" | "output" | "parameter";

export type ArrayType = "float32" | "int32" | "uint8";

export type ScaleKind = "sequential" | "diverging" | "probability";

export type SourcePlace = "definition" | "use";

/** Names one tensor of a node. */
export interface ValueReference {
  /** Where it stands; `parameter` holds buffers too. */
  side: ValueSide;
  /** Keys of the rows of `NodeDetails` that lead to it, outermost first; empty: the value. Empty keys of rows are left out. An output that is not named by a key is `()`, the second of a tuple is `("1",)`, an argument is `("hidden_states",)`, a parameter is `("weight",)`. Two more are `("attention",)` and `("residual",)`, see above. */
  keys: readonly string[];
}

/** A visualization block: everything but its data. */
export interface Block {
  /** Number of the block in its model, from 1; 0 in a draft. */
  blockId: number;
  /** Node id. A folded group stands for all its members: their tensors gain a first dimension. */
  node: string;
  /** The tensor. */
  value: ValueReference;
  /** Name of the kind, such as `heatmap`. */
  kind: string;
  /** What each dimension of the tensor is used for; empty: guessed. */
  roles: readonly DimensionRole[];
  /** For each dimension the index to take where its role is `index`, else 0; may be empty. */
  indices?: readonly number[];
  /** Settings of the kind as (name, text); one that is not given has its default. */
  options?: readonly (readonly [string, string])[];
  /** Which call of the node, from 1. */
  call?: number;
}

/** All blocks of a model. Sent in full at each change. */
export interface Blocks {
  /** Name of the open model. */
  modelId: string;
  /** In the order in which they were added. */
  blocks: readonly Block[];
}

/** Names one block. */
export interface BlockReference {
  /** Name of the open model. */
  modelId: string;
  /** Number of the block. */
  blockId: number;
}

/** Asks for a block to be added (its number is 0) or changed. */
export interface PutBlock {
  /** Name of the open model. */
  modelId: string;
  /** The block as wanted. */
  block: Block;
}

/** Asks what can be drawn of a tensor. */
export interface OfferBlocks {
  /** Name of the open model. */
  modelId: string;
  /** Node id. */
  node: string;
  /** The tensor. */
  value: ValueReference;
  /** Which call of the node, from 1. */
  call?: number;
}

/** One dimension of the tensor. */
export interface BlockDimension {
  /** What it seems to be: `batch`, `layers`, `heads`, `tokens`, `features` …; may be empty. */
  name: string;
  /** How many entries. */
  size: number;
}

/** A setting of a kind. */
export interface BlockOption {
  /** Its name in `Block.options`. */
  name: string;
  /** What the user reads. */
  title: string;
  /** Its default. */
  value: string;
  /** What it may be; empty: any text. */
  choices?: readonly string[];
}

/** What one kind would make of the tensor. */
export interface BlockOffer {
  /** Name of the kind. */
  kind: string;
  /** What the user reads, such as `Heat map`. */
  title: string;
  /** Guessed roles, one for each dimension. */
  roles: readonly DimensionRole[];
  /** Roles that this kind knows, for the user's choice. */
  allowed: readonly DimensionRole[];
  /** Its settings. */
  options: readonly BlockOption[];
  /** Why it cannot be drawn as this kind; empty if it can. */
  refusal?: string;
}

/** A block that is worth having at a node, whatever was asked about. */
export interface BlockSuggestion {
  /** What the user reads, such as `Attention weights`. */
  title: string;
  /** Name of the kind. */
  kind: string;
  /** What it is drawn of. */
  value: ValueReference;
}

/** Answer to `OfferBlocks`. */
export interface BlockOffers {
  /** The tensor's dimensions; a first one of a group's members included. */
  dimensions: readonly BlockDimension[];
  /** Every kind, the most fitting first, those that cannot be drawn last. */
  offers: readonly BlockOffer[];
  /** Blocks of values that stand in no row: attention weights, the logit lens. */
  suggestions?: readonly BlockSuggestion[];
}

/** A part of a block's axes, in entries of the tensor; the ends are not included. */
export interface BlockWindow {
  /** First column. */
  firstX: number;
  /** End of the columns. */
  lastX: number;
  /** First row. */
  firstY: number;
  /** End of the rows. */
  lastY: number;
}

/** Asks for what a block shows, reduced to the pixels that it covers. */
export interface ReadBlock {
  /** Name of the open model. */
  modelId: string;
  /** Number of the block. */
  blockId: number;
  /** Number of a run; 0: the run that the graph shows. */
  runId?: number;
  /** Pixels of one panel across; no more cells than this are sent. */
  width?: number;
  /** Pixels of one panel down. */
  height?: number;
  /** The one panel wanted; -1: all of them. */
  panel?: number;
  /** The part wanted; None: all of it. */
  window?: BlockWindow | null;
  /** A block that is not kept, to see what it would show; `block_id` is then 0. */
  draft?: Block | null;
}

/** An axis of a picture: cells, each of which stands for `step` entries of the tensor. */
export interface BlockAxis {
  /** Name of the dimension; may be empty. */
  name: string;
  /** Entries of the tensor along it. */
  size: number;
  /** Entry at which the first cell begins. */
  first: number;
  /** Entries in a cell; 1 if nothing was reduced. */
  step: number;
  /** Cells. */
  count: number;
  /** A text for each cell, such as the token; empty if entries have only numbers. */
  labels?: readonly string[];
}

/** Numbers, little endian, in base64. An array of `uint8` is scaled by row (the last dimension): code `c` up to 252 stands for `low + c / 252 * (high - low)`, 253 for -Inf, 254 for Inf, 255 for NaN. */
export interface BlockArray {
  /** What it is for; `values` is the main one, of shape [panels, rows, columns]. */
  name: string;
  /** How the numbers are written. */
  dtype: ArrayType;
  /** Sizes by dimension. */
  shape: readonly number[];
  /** The numbers in base64, row by row. */
  data: string;
  /** `float32` in base64, one for each row; only for `uint8`. */
  lows?: string;
  /** `float32` in base64, one for each row; only for `uint8`. */
  highs?: string;
}

/** Texts, such as the top token of each cell. */
export interface BlockTexts {
  /** What they are for. */
  name: string;
  /** Row by row. */
  texts: readonly string[];
}

/** Of all entries of a tensor; figures that do not exist (nothing finite) are None. */
export interface TensorStatistics {
  /** Entries. */
  count: number;
  /** Entries that are NaN. */
  nanCount: number;
  /** Entries that are Inf or -Inf. */
  infiniteCount: number;
  /** Mean of the finite ones. */
  mean: number | null;
  /** Standard deviation of the finite ones, divided by their number. */
  deviation: number | null;
  /** Least finite one. */
  minimum: number | null;
  /** Greatest finite one. */
  maximum: number | null;
}

/** What a block shows of one run. */
export interface BlockPicture {
  /** Name of the open model. */
  modelId: string;
  /** Number of the block. */
  blockId: number;
  /** The run it was observed in; 0 for a parameter. */
  runId: number;
  /** Name of the kind, which knows what the arrays and texts mean. */
  kind: string;
  /** What is shown, such as `output.1 · float32[1, 12, 9, 9]`. */
  title: string;
  /** What was derived, reduced or left out, in one sentence; may be empty. */
  note: string;
  /** Why there is nothing to see; the rest is then empty. */
  problem: Problem | null;
  /** The small multiples; one cell if nothing is spread. */
  panels: BlockAxis;
  /** Across. */
  x: BlockAxis;
  /** Down; one cell for curves and bars. */
  y: BlockAxis;
  /** Which colours fit. */
  scale: ScaleKind;
  /** Value of the first colour. */
  low: number;
  /** Value of the last colour. */
  high: number;
  /** Numbers by name. */
  arrays: readonly BlockArray[];
  /** Texts by name. */
  texts: readonly BlockTexts[];
  /** Of the whole tensor. */
  statistics: TensorStatistics | null;
}

/** Asks for the exact value under the pointer. */
export interface ReadCell {
  /** Name of the open model. */
  modelId: string;
  /** Number of the block. */
  blockId: number;
  /** Number of a run; 0: the run that the graph shows. */
  runId: number;
  /** Entry along `panels`. */
  panel: number;
  /** Entry of the tensor along `y`. */
  row: number;
  /** Entry of the tensor along `x`. */
  column: number;
  /** A block that is not kept; `block_id` is then 0. */
  draft?: Block | null;
}

/** The exact value of one entry, with its place in words. */
export interface BlockCell {
  /** The value as torch prints it. */
  text: string;
  /** (label, text) pairs, such as (`query`, `3 · park`). */
  facts: readonly (readonly [string, string])[];
}

/** Asks for the statistics of everything that a node took and returned in the run shown. */
export interface ReadStatistics {
  /** Name of the open model. */
  modelId: string;
  /** Node id. */
  node: string;
  /** Which call of the node, from 1. */
  call?: number;
}

/** Statistics by row of `NodeDetails`; None for what is no tensor or was not kept. */
export interface NodeStatistics {
  /** One for each row of `NodeDetails.inputs`. */
  inputs: readonly (TensorStatistics | null)[];
  /** One for each row of `NodeDetails.outputs`. */
  outputs: readonly (TensorStatistics | null)[];
  /** One for each row of `NodeDetails.parameters`. */
  parameters: readonly (TensorStatistics | null)[];
  /** Why some are missing; may be empty. */
  note: string;
}

/** One module that is new, gone or different. */
export interface ModuleChange {
  /** What happened. What is inside of an added or removed module is not told apart. */
  kind: ChangeKind;
  /** Module path; of a removed module the one that it had. */
  path: string;
  /** Class name; of a removed module the one that it had. */
  className: string;
  /** What is different, such as `weight 64×10 → 128×10`; empty unless `changed`. */
  details?: readonly string[];
}

/** The new modules against those before. The list is bounded, the counts are exact. */
export interface ModelDifference {
  /** The first graph of the model as it is now. */
  graphVersion: number;
  /** Modules that are new, each with all that is inside. */
  addedCount: number;
  /** Modules that are gone, each with all that was inside. */
  removedCount: number;
  /** Modules of another class, with other parameters or another output shape. */
  changedCount: number;
  /** Added, then removed, then changed ones, each in the model's order. */
  changes: readonly ModuleChange[];
}

/** How the server shall behave, by the user's settings; in force until told otherwise. */
export interface Preferences {
  /** Whether a model is loaded anew when a file that it was loaded from changes on disk. */
  reloadOnChange?: boolean;
}

/** Asks what was observed in one file. */
export interface ReadCode {
  /** Name of the open model. */
  modelId: string;
  /** Absolute path of a Python file. */
  file: string;
}

/** A value that was seen at one place, once for each different structure. */
export interface ObservedValue {
  /** Its structure with sizes only, such as `[1, 9, 64]` or `([1, 9, 64], None)`. */
  shape: string;
  /** The same with dtypes, such as `float32[1, 9, 64]`. */
  text: string;
  /** How many calls had it. */
  count: number;
}

/** A place in the code that called modules. */
export interface ObservedCall {
  /** Where the call begins. */
  line: number;
  /** Where the call begins; -1 if only the line is known. */
  column: number;
  /** Where the call ends. */
  endLine: number;
  /** Where the call ends; -1 if only the line is known. */
  endColumn: number;
  /** Modules that were called here, in order, at most 20. */
  paths: readonly string[];
  /** How many modules were called here. */
  pathCount: number;
  /** Class of the first of them. */
  className: string;
  /** How often. */
  callCount: number;
  /** What they returned, each different structure once, at most 20, by first sight. */
  outputs: readonly ObservedValue[];
  /** Whether the forward pass ended in one of these calls. */
  failed?: boolean;
}

/** What was observed in one file. */
export interface ObservedCode {
  /** As it was asked for. */
  file: string;
  /** SHA-256 of the text that ran, lines ended by `\n`; empty if the file has changed since. */
  digest: string;
  /** The graph it belongs to. */
  graphVersion: number;
  /** What it was observed in. */
  origin: Origin;
  /** The run it was observed in; 0 if `origin` is not `run`. */
  runId: number;
  /** In the order of first execution. */
  calls: readonly ObservedCall[];
}

/** Asks for the instances of a class written in a file, or for what an attribute holds. */
export interface FindInCode {
  /** Name of the open model. */
  modelId: string;
  /** Absolute path of a Python file. */
  file: string;
  /** Qualified name of the class, such as `Block` or `Net.Inner`. */
  className: string;
  /** Path below an instance, such as `attn` or `layers.*.attn`; empty: the instances. */
  member?: string;
  /** How many are told about in full. */
  limit?: number;
}

/** One module, with what it took and returned. */
export interface ObservedModule {
  /** Its path. */
  path: string;
  /** Its class. */
  className: string;
  /** How often it was called. */
  callCount: number;
  /** What it took, each different structure once. */
  inputs: readonly ObservedValue[];
  /** What it returned, each different structure once. */
  outputs: readonly ObservedValue[];
}

/** Answer to `FindInCode`. */
export interface FoundModules {
  /** Of all that were found, at most 10,000. */
  paths: readonly string[];
  /** The first of them in full. */
  modules: readonly ObservedModule[];
  /** What their values were observed in. */
  origin: Origin;
  /** The run they were observed in; 0 if `origin` is not `run`. */
  runId: number;
}

/** Asks which modules a place in an open document stands for. */
export interface LocateInCode {
  /** Address of the document. */
  uri: string;
  /** From 0, as VS Code counts. */
  line: number;
  /** From 0, in units of UTF-16. */
  character: number;
}

/** Modules of one open model. */
export interface ModulesOfModel {
  /** Name of the open model. */
  modelId: string;
  /** Module paths. */
  paths: readonly string[];
}

/** Answer to `LocateInCode`. */
export interface CodePlace {
  /** Qualified name of the class around the place; empty outside of classes. */
  className: string;
  /** Its instances in each open model that has any. */
  instances: readonly ModulesOfModel[];
  /** What the path string, the attribute or the class under the cursor names. */
  named: readonly ModulesOfModel[];
  /** False while the text does not parse: then nothing is known of the place. */
  isReadable?: boolean;
}

/** Tells a page to mark modules, those that the cursor in the code stands for. */
export interface MarkModules {
  /** Name of the open model. */
  modelId: string;
  /** Module paths; empty: no mark. */
  paths: readonly string[];
}

/** Asks the host to show where a node's code is written. */
export interface OpenSource {
  /** Name of the open model. */
  modelId: string;
  /** Node id. */
  node: string;
  /** `definition`: its class; `use`: the line that calls it. */
  what?: SourcePlace;
}

/** Asks for the insides of containers. The root's id is `.`. */
export interface ReadGraph {
  /** Name of the open model. */
  modelId: string;
  /** Node ids; one that is unknown or cannot be unfolded is left out of the answer. */
  containers: readonly string[];
  /** `all` shows reshapes, constants and parameters too. */
  detail?: GraphDetail;
}

/** Tensor descriptions that other columns point into. */
export interface TensorTable {
  /** Sizes by dimension. */
  shapes: readonly (readonly number[])[];
  /** Such as `float32`. */
  dtypes: readonly string[];
  /** The dimension that counts tokens, or -1. */
  tokenDimensions: readonly number[];
}

/** The inside of one container: its child nodes and the data flow between them. Edges that come from outside start at an `input` node, edges that leave end at an `output` node. What flows from one node to another has one edge for each kind of tensor, and for each port that it passes where one of the two is a container. */
export interface Level {
  /** Node id of the container; `.` is the root. */
  container: string;
  /** Node ids, unique in the graph, stable between versions. A module's id is its path. */
  ids: readonly string[];
  /** What each node is. */
  kinds: readonly NodeKind[];
  /** Short label: the last part of the path, `h.0 – h.11`, an operation's sign, a port's name. */
  names: readonly string[];
  /** Class name of a module or of a group's members; full name of an operation; else empty. */
  types: readonly string[];
  /** Module path for modules; the path of the container module otherwise. */
  paths: readonly string[];
  /** How many equal members a folded node stands for; 1 for a plain node. */
  repeats: readonly number[];
  /** How often it ran; 0 for a module that did not. */
  calls: readonly number[];
  /** Parameters inside, shared ones counted once. */
  parameterCounts: readonly number[];
  /** Whether `graph/read` has a level for the node. */
  expandable: readonly boolean[];
  /** First module index inside (as in `RunEvents.modules`); -1 for other kinds. */
  firstModules: readonly number[];
  /** Last module index inside; equal to the first for a leaf. */
  lastModules: readonly number[];
  /** Order of first execution among all nodes of the graph; -1 if it did not run. */
  orders: readonly number[];
  /** Row in `tensors` of the (first) output; -1 if unknown. */
  outputs: readonly number[];
  /** Row of the node an edge starts at. */
  edgeSources: readonly number[];
  /** Row of the node an edge ends at; equal to the source for a recurrence. */
  edgeTargets: readonly number[];
  /** Row in `tensors` of what flows; -1 if unknown. */
  edgeTensors: readonly number[];
  /** How many different tensors flow along the edge, all of the same shape and dtype. */
  edgeCounts: readonly number[];
  /** Row of the `output` node in the level of the source that it comes out of; -1 if none. */
  edgeOutputs: readonly number[];
  /** Row of the `input` node in the level of the target that it goes into; -1 if none. */
  edgeInputs: readonly number[];
  /** Descriptions that `outputs` and `edge_tensors` point into. */
  tensors: TensorTable;
  /** Nodes whose instance stands in several places: row, which place from 1, of how many. Nodes of one instance have the same first module. */
  places?: readonly (readonly [number, number, number])[];
}

/** Answer to `ReadGraph`. */
export interface Levels {
  /** The version these levels belong to. */
  graphVersion: number;
  /** In the order asked for. */
  levels: readonly Level[];
}

/** Asks where a module path or a node is in the graph. */
export interface LocatePath {
  /** Name of the open model. */
  modelId: string;
  /** Module path (any of its names) or node id; `.` is the root. */
  path: string;
}

/** Where a node stands in the graph. */
export interface Location {
  /** Its node id. */
  node: string;
  /** The containers to unfold, outermost first (the root `.` included). */
  containers: readonly string[];
}

/** Asks for the direct submodules of a path, for a tree. */
export interface ReadModules {
  /** Name of the open model. */
  modelId: string;
  /** Module path; `.` is the root. */
  path: string;
}

/** Asks for modules whose path and class hold every word of a query, the nearest first. */
export interface FindModules {
  /** Name of the open model. */
  modelId: string;
  /** Words, parts of a path or of a class name. */
  query: string;
  /** How many modules, at most. */
  limit?: number;
}

/** Submodules as columns. */
export interface Modules {
  /** Module paths; where several nodes of an instance were found, their ids. */
  paths: readonly string[];
  /** Attribute names. */
  names: readonly string[];
  /** Class names. */
  classNames: readonly string[];
  /** Parameters inside, shared ones counted once. */
  parameterCounts: readonly number[];
  /** Number of direct submodules. */
  childCounts: readonly number[];
}

/** No parameters, or no result. */
export interface Nothing {
}

/** The first request of every connection. */
export interface Hello {
  /** Version the client speaks; another one than the server's is refused. */
  protocolVersion: number;
}

/** The server's answer to `Hello`. */
export interface Welcome {
  /** Version the server speaks. */
  protocolVersion: number;
  /** Version of the Python package `interpogate`. */
  packageVersion: string;
  /** Version of the interpreter, such as `3.11.7`. */
  pythonVersion: string;
  /** Absolute path of the interpreter. */
  interpreter: string;
}

/** Something that went wrong, in words for the user: cut to what every wire can carry. */
export interface Problem {
  /** Stable name, such as `source.notFound`. */
  code: string;
  /** One sentence: what happened. */
  message: string;
  /** One sentence: what to do next; may be empty. */
  hint: string;
  /** The one fix a button can offer. */
  action?: ProblemAction;
  /** The graph node that failed, if one did. */
  node?: string | null;
  /** Absolute path of the source file to look at. */
  file?: string | null;
  /** Line in `file`, from 1. */
  line?: number | null;
}

/** Names one open model. */
export interface ModelReference {
  /** Name of the open model, given by `model/open`. */
  modelId: string;
}

/** Asks for a model. The answer comes at once; loading is told by `model/changed`. */
export interface OpenModel {
  /** `demo`, a transformers id, a directory, `path/file.py:name` or `package.module:name`. */
  source: string;
  /** Absolute folder that relative paths and imports start from; None: the home folder. */
  folder?: string | null;
  /** Whether transformers may run code that comes with this one model. */
  trustRemoteCode?: boolean;
  /** Where to put it, such as `cuda:0`; None leaves it where it is. */
  device?: string | null;
  /** What its floating-point numbers become, such as `bfloat16`; None leaves them as they are. */
  dtype?: string | null;
  /** A text to start with, instead of the one that the model brings. */
  text?: string | null;
  /** Megabytes of tensors that runs may keep for blocks; None: 1024. */
  tensorMemoryMb?: number | null;
}

/** What is known of a loaded model. */
export interface ModelSummary {
  /** Short name for tabs and headings. */
  title: string;
  /** Class of the root module. */
  className: string;
  /** Number of modules, the root included. */
  moduleCount: number;
  /** Number of parameters, shared ones counted once. */
  parameterCount: number;
  /** Most frequent parameter dtype, such as `float32`; empty without parameters. */
  dtype: string;
  /** Where the parameters are, such as `cpu`. */
  device: string;
  /** Whether `run/start` accepts text (there is a tokenizer). */
  takesText: boolean;
  /** Whether each position has next tokens. */
  predictsTokens: boolean;
  /** A text to start with; empty if the model takes none. */
  exampleText: string;
  /** Inputs that fit, one `name = dtype[shape]` a line; empty if none are known. */
  exampleInputs: string;
  /** Source file the model was loaded from, if it was. */
  file: string | null;
}

/** Where a model stands. Sent in full at each change. */
export interface ModelState {
  /** Name of the open model. */
  modelId: string;
  /** The source as it was asked for. */
  source: string;
  /** `stopped` means that the worker ended; the last graph stays valid to look at. */
  phase: ModelPhase;
  /** What is going on, for a status line; may be empty. */
  message: string;
  /** Why the phase is `failed` or `stopped`, or why the graph is partial. */
  problem?: Problem | null;
  /** Set from `tracing` on. */
  summary?: ModelSummary | null;
  /** Grows with each new graph; 0 means that there is none yet. */
  graphVersion?: number;
  /** What the shapes and edges of the graph were observed in. */
  origin?: Origin;
  /** The last run that was started; 0 means none. */
  runId?: number;
  /** The run that the graph shows; 0 unless `origin` is `run`. */
  shownRunId?: number;
  /** What was run last when this source was open before, for the text box; kept in memory only. */
  lastText?: string | null;
  /** The same for the inputs. */
  lastInputs?: string | null;
  /** Whether a fresh worker is loading changed files while this graph is still in use. */
  reloading?: boolean;
  /** What the last reload changed; None before the first one and after a restart. */
  difference?: ModelDifference | null;
  /** What the graph does not show, and why: one sentence each. */
  notes?: readonly string[];
}

/** All open models. */
export interface ModelStates {
  /** In the order of opening. */
  models: readonly ModelState[];
}

/** Asks for a part of the table; parts are small, so that nobody waits behind one. */
export interface ReadModuleTable {
  /** Name of the open model. */
  modelId: string;
  /** First module wanted. */
  first?: number;
}

/** A class of modules, or a base of one. */
export interface ModuleClass {
  /** Name of the Python module. */
  module: string;
  /** Qualified name inside of it, such as `Outer.Inner`. */
  name: string;
  /** Absolute path of the source file; empty if it has none. */
  file: string;
  /** Rows of its bases in the order of lookup, without `torch.nn.Module` and what is above. */
  bases: readonly number[];
}

/** What many modules have in common. */
export interface ModuleKind {
  /** Row in `ModuleTable.classes`. */
  classRow: number;
  /** Own parameters and buffers; what they are shared with is left out. */
  parameters: readonly ParameterRow[];
  /** Facts as (label, text), such as (`in_features`, `128`). */
  attributes: readonly (readonly [string, string])[];
}

/** A part of the modules, depth first, as columns; kinds and classes are numbered by part. */
export interface ModuleTable {
  /** Modules of the model. */
  total: number;
  /** Index of the first module of this part, as in `RunEvents.modules`. */
  first: number;
  /** Attribute names; empty for the root. */
  names: readonly string[];
  /** Index of the parent; -1 for the root. */
  parents: readonly number[];
  /** Row in `kind_rows`. */
  kinds: readonly number[];
  /** Parameters inside, shared ones counted once. */
  parameterCounts: readonly number[];
  /** Further names of modules of this part. */
  otherPaths: readonly string[];
  /** Whose name each of them is. */
  otherModules: readonly number[];
  /** What `kinds` points into. */
  kindRows: readonly ModuleKind[];
  /** What `kind_rows` and `bases` point into. */
  classes: readonly ModuleClass[];
}

/** Asks for what modules took and returned in the graph that is shown. */
export interface ReadModuleShapes {
  /** Name of the open model. */
  modelId: string;
  /** First call wanted. */
  first?: number;
}

/** A part of the calls as columns, equal ones of one module together. */
export interface ModuleShapes {
  /** The graph they were observed in. */
  graphVersion: number;
  /** What kind of observation it is. */
  origin: Origin;
  /** The run; 0 if `origin` is not `run`. */
  runId: number;
  /** Calls of the graph. */
  total: number;
  /** First call that is not in this part. */
  following: number;
  /** Index of the module. */
  modules: readonly number[];
  /** How many calls were so. */
  counts: readonly number[];
  /** Row in `texts`. */
  inputs: readonly number[];
  /** Row in `texts`; -1 if it did not return. */
  outputs: readonly number[];
  /** Such as `hidden_states: float32[1, 9, 128]`. */
  texts: readonly string[];
}

/** Names one node of a model's graph. */
export interface NodeReference {
  /** Name of the open model. */
  modelId: string;
  /** Node id. */
  node: string;
  /** Which call of the node, from 1. */
  call?: number;
}

/** One line of a nested value's structure; children follow their parent, one deeper. */
export interface ValueRow {
  /** Nesting depth, from 0. */
  depth: number;
  /** Position, key, field or argument name; empty for the value itself. */
  key: string;
  /** What it is. */
  kind: ValueKind;
  /** Class name, or the text of a scalar. */
  typeName: string;
  /** Sizes by dimension, for a tensor. */
  shape?: readonly number[] | null;
  /** Such as `float32`, for a tensor. */
  dtype?: string | null;
  /** Such as `cpu`, for a tensor. */
  device?: string | null;
  /** The dimension that counts tokens, if one does. */
  tokenDimension?: number | null;
}

/** A parameter or buffer that belongs to a module itself. */
export interface ParameterRow {
  /** Attribute name. */
  name: string;
  /** Sizes by dimension. */
  shape: readonly number[];
  /** Such as `float32`. */
  dtype: string;
  /** True for a buffer. */
  isBuffer: boolean;
  /** Other full names of the same tensor (tied weights). */
  sharedWith: readonly string[];
}

/** A place in a source file. */
export interface SourceLocation {
  /** Absolute path. */
  file: string;
  /** From 1. */
  line: number;
}

/** One of several places in which a module instance is called. */
export interface NodePlace {
  /** Node id. */
  node: string;
  /** Which of the places, from 1, in the order of the first calls. */
  number: number;
}

/** Everything the inspector shows of one node. */
export interface NodeDetails {
  /** Node id. */
  node: string;
  /** What it is. */
  kind: NodeKind;
  /** Short label. */
  name: string;
  /** Module path to hook or copy; for an operation the module that runs it. */
  path: string;
  /** Fully qualified class, or the operation's full name. */
  typeName: string;
  /** Facts as (label, text), such as (`in_features`, `128`). */
  attributes: readonly (readonly [string, string])[];
  /** The module's own parameters and buffers. */
  parameters: readonly ParameterRow[];
  /** Parameters inside, shared ones counted once. */
  parameterCount: number;
  /** Further names of the same module instance. */
  otherPaths: readonly string[];
  /** Structure of the arguments of the call; empty if it did not run. */
  inputs: readonly ValueRow[];
  /** Structure of the return value of the call; empty if it did not run. */
  outputs: readonly ValueRow[];
  /** How often it ran. */
  callCount: number;
  /** Wall time of all calls, what they call included; None if not measured. */
  durationMs: number | null;
  /** What the structures were observed in. */
  origin: Origin;
  /** The run it was observed in; 0 if `origin` is not `run`. */
  runId: number;
  /** Why it did not run, or what was derived; may be empty. */
  note: string;
  /** Where its class (for an operation: the calling line) is written. */
  source: SourceLocation | null;
  /** The error it raised in the observed run. */
  problem: Problem | null;
  /** The line that called it, in the code around it outside of torch. */
  use?: SourceLocation | null;
  /** Which call of the node `inputs`, `outputs` and `use` are of, from 1; 0 if it did not run. */
  call?: number;
  /** Wall time of that call alone; None if not measured. */
  callDurationMs?: number | null;
  /** Which call of the module instance that is, from 1; 0 if it did not run or is no module. */
  instanceCall?: number;
  /** How often the instance ran, in all places together. */
  instanceCallCount?: number;
  /** Which of the instance's places this is, from 1; 0 if it stands in one place only. */
  place?: number;
  /** The places around this one, in the order of calls, this one included; none if it is alone. */
  places?: readonly NodePlace[];
  /** In how many places the instance stands. */
  placeCount?: number;
}

/** Asks for hook code. */
export interface WriteHook {
  /** Name of the open model. */
  modelId: string;
  /** Node id; an operation's code hooks the module that runs it, a group's all its members. */
  node: string;
  /** Which callbacks. */
  kind: HookKind;
  /** `pytorch` needs no package: `register_forward_hook` on `model`. */
  style?: HookStyle;
  /** Further nodes that get the same hooks. */
  also?: readonly string[];
  /** Whether the code loads the model first, for a file of its own. */
  withModel?: boolean;
}

/** Code to insert. */
export interface HookCode {
  /** Module path it hooks. */
  path: string;
  /** Plain code, 4 spaces a level, no indentation of its own, ends with a newline. */
  text: string;
  /** The same with tab stops, in the syntax of VS Code snippets. */
  snippet: string;
  /** Import statements the code needs, one a line. */
  imports: readonly string[];
}

/** Where a page looks: by a node, since other places are others after each layout. */
export interface PageView {
  /** Node id. */
  node: string;
  /** CSS pixels in a unit of the drawing. */
  scale: number;
  /** From the middle of the view to the node's left side, in CSS pixels. */
  x: number;
  /** From the middle of the view to its upper side. */
  y: number;
}

/** What a page wants back after a reload of the window; kept in its host's own store. */
export interface PageState {
  /** Model shown. */
  modelId?: string | null;
  /** Its source, to open it again when the id is gone. */
  source?: string | null;
  /** Its folder. */
  folder?: string | null;
  /** Unfolded containers. */
  expanded?: readonly string[];
  /** Selected node. */
  selected?: string | null;
  /** What the text box holds. */
  text?: string | null;
  /** What the inputs box holds. */
  inputs?: string | null;
  /** Which operations are shown. */
  detail?: GraphDetail;
  /** Height of a narrow page's drawer, as a share of the page; None: as it comes. */
  drawerShare?: number | null;
  /** Which of the drawer's tabs is open. */
  drawerTab?: string | null;
  /** Whether only the drawer's tabs are seen. */
  drawerCollapsed?: boolean;
  /** Visualization blocks, to put them back where the model has to be opened again. */
  blocks?: readonly Block[];
  /** Where the user looked; None: as the graph is first met. */
  view?: PageView | null;
}

/** What the host tells a page that says it is ready. */
export interface HostState {
  /** Where the page lives. */
  kind: HostKind;
  /** Whether `hook/insert` and `source/open` work here; else the page offers copying. */
  canInsert: boolean;
  /** Whether models may be opened (Workspace Trust). */
  trusted: boolean;
  /** Model to show; None shows the empty state. */
  modelId?: string | null;
}

/** Tells a page which model to show. */
export interface ShowModel {
  /** None shows the empty state. */
  modelId: string | null;
}

/** Tells a page to select a module and bring it into view. */
export interface RevealPath {
  /** Name of the open model. */
  modelId: string;
  /** Module path. */
  path: string;
}

/** Tells the host what is selected in the page. */
export interface Selection {
  /** Name of the open model. */
  modelId: string;
  /** Node id. */
  node: string;
  /** Module path. */
  path: string;
}

/** Asks the host to insert hook code, at the cursor of the last active Python editor. */
export interface InsertHook {
  /** Name of the open model. */
  modelId: string;
  /** Node id. */
  node: string;
  /** Which callbacks. */
  kind: HookKind;
  /** Further nodes that get the same hooks. */
  also?: readonly string[];
  /** A recipe to insert in place of plain hooks; `kind` then says nothing. */
  recipe?: string;
  /** `newFile` opens an untitled Python file for it. */
  place?: InsertPlace;
}

/** Where code was inserted. */
export interface Inserted {
  /** Name of the document, for a message; empty if the user declined. */
  file: string;
}

/** Asks the host to put a text on the clipboard. */
export interface CopyText {
  /** What to copy. */
  text: string;
}

/** Asks the host to let the user save a file that the page has made. */
export interface SavePicture {
  /** File name to propose; its ending tells the kind. */
  name: string;
  /** The content in base64. */
  data: string;
}

/** Answer to `SavePicture`. */
export interface PictureSaved {
  /** Name of the file, for a message; empty if the user declined. */
  file: string;
}

/** Asks the host to carry out a problem's action. */
export interface ActOnProblem {
  /** The model the problem belongs to, if any. */
  modelId: string | null;
  /** What to do; `openModel` asks the user for a source, `restart` starts the worker again. */
  action: ProblemAction;
}

/** Asks the host to open a model from the empty state. */
export interface OpenFromPage {
  /** None: the host asks the user. */
  source: string | null;
}

/** Asks which recipes fit a selection. */
export interface ListRecipes {
  /** Name of the open model. */
  modelId: string;
  /** Node id; a group stands for all its members. */
  node: string;
  /** Further node ids. */
  also?: readonly string[];
}

/** One recipe. */
export interface RecipeOffer {
  /** Stable name, such as `zeroAblation`. */
  recipe: string;
  /** What the user reads. */
  title: string;
  /** One sentence: what one sees when the code has run. */
  does: string;
  /** Why it does not fit the selection; empty if it does. */
  refusal: string;
}

/** Answer to `ListRecipes`. */
export interface Recipes {
  /** Every recipe, in the order of a menu. */
  offers: readonly RecipeOffer[];
}

/** Asks for the code of a recipe. */
export interface WriteRecipe {
  /** Name of the open model. */
  modelId: string;
  /** Name of the recipe. */
  recipe: string;
  /** Node id; a group stands for all its members. */
  node: string;
  /** Further node ids. */
  also?: readonly string[];
  /** `pytorch` needs no package: hooks on `model`, texts by `tokenizer`. */
  style?: HookStyle;
  /** Whether the code loads the model first, for a file of its own. */
  withModel?: boolean;
}

/** Asks how a text splits into tokens. */
export interface TokenizeText {
  /** Name of the open model. */
  modelId: string;
  /** Any text. */
  text: string;
}

/** Tokens as columns. */
export interface Tokens {
  /** Token ids. */
  ids: readonly number[];
  /** The text each token stands for. */
  texts: readonly string[];
  /** The token as the vocabulary writes it, such as `Ġpark`. */
  raw: readonly string[];
}

/** Asks for a forward pass with text or inputs; with neither the example inputs are used. */
export interface StartRun {
  /** Name of the open model. */
  modelId: string;
  /** Text for the model's tokenizer. */
  text?: string | null;
  /** One argument a line: `name = dtype[shape]` (seeded random values), `name = file("x.png")` or `name = npy("x.npy")` (uploaded before), or `name =` and a JSON value. Beside a text: what the model takes besides its tokens. */
  inputs?: string | null;
  /** How many tokens to generate, one forward pass each; 0: one forward pass and no token. */
  tokenCount?: number;
  /** 0 takes the likeliest token; above it tokens are drawn from softmax(logits / temperature). */
  temperature?: number;
  /** What drawing begins with. */
  seed?: number;
}

/** Names one run of a model. */
export interface RunReference {
  /** Name of the open model. */
  modelId: string;
  /** Number of the run, from 1. */
  runId: number;
}

/** Asks for a run's events again, from a number on. */
export interface ReadRun {
  /** Name of the open model. */
  modelId: string;
  /** Number of the run. */
  runId: number;
  /** First event wanted, from 0. */
  first: number;
}

/** What happened in a run, as columns; at most one message a frame (16 ms). */
export interface RunEvents {
  /** Name of the open model. */
  modelId: string;
  /** Number of the run. */
  runId: number;
  /** Number of the first event in this message, from 0 in each run, without gaps. */
  first: number;
  /** What happened. */
  kinds: readonly EventKind[];
  /** Index of the module (depth first, the root is 0). */
  modules: readonly number[];
  /** Microseconds since the run began. */
  timesUs: readonly number[];
}

/** Where a run stands. Sent in full at each change. */
export interface RunState {
  /** Name of the open model. */
  modelId: string;
  /** Number of the run. */
  runId: number;
  /** `failed`: the model raised. The graph then shows everything up to there. */
  phase: RunPhase;
  /** Wall time of all its forward passes, watching included; 0 while it runs. */
  durationMs: number;
  /** Events so far. */
  eventCount: number;
  /** What the text became and what was generated; None for other inputs and in `Runs`. */
  tokens?: Tokens | null;
  /** Whether `prediction/read` has an answer for this run. */
  predictsTokens?: boolean;
  /** What was raised. */
  problem?: Problem | null;
  /** The text as it was given. */
  text?: string | null;
  /** The inputs as they were given. */
  inputs?: string | null;
  /** Seconds since 1970; 0 if unknown. */
  startedAt?: number;
  /** The forward pass that is running or was the last, from 1; 0 before the first. */
  step?: number;
  /** How many forward passes were asked for, one for each token to generate. */
  stepCount?: number;
  /** Number of the first event of that forward pass. */
  stepFirstEvent?: number;
  /** How many of `tokens` were given; those behind were generated. */
  promptTokenCount?: number;
  /** First position of `tokens` that has next tokens: above 0 for encoder-decoder models. */
  predictionFirst?: number;
  /** How many positions from there on have next tokens. */
  predictionCount?: number;
  /** The generated tokens as text. */
  generatedText?: string;
  /** What was done to the inputs, why generating ended early, or what is no longer kept. */
  note?: string;
  /** Whether `run/select` can show it. */
  isKept?: boolean;
}

/** Answer to `ReadRun`. */
export interface RunRecord {
  /** Where the run stands. */
  state: RunState;
  /** The events from `first` on, as many as fit in a message. */
  events: RunEvents;
}

/** Asks for the most likely next tokens after one position. */
export interface ReadPrediction {
  /** Name of the open model. */
  modelId: string;
  /** Number of the run. */
  runId: number;
  /** Token position, from 0. */
  position: number;
  /** How many tokens, at most 100. */
  count?: number;
}

/** Next tokens after one position, most likely first, as columns. */
export interface Prediction {
  /** Token position, from 0. */
  position: number;
  /** The tokens. */
  tokens: Tokens;
  /** Softmax over the whole vocabulary, 0 to 1. */
  probabilities: readonly number[];
  /** As the model gave them. */
  logits: readonly number[];
}

/** The last runs of a model, the oldest first, without their tokens. */
export interface Runs {
  /** At most as many as are kept. */
  runs: readonly RunState[];
}

/** The likeliest next token after every position, as columns, and how well it fits the text. */
export interface PredictionStrip {
  /** Number of the run. */
  runId: number;
  /** Position of the first row, from 0. */
  first: number;
  /** The likeliest token after each position. */
  tokens: Tokens;
  /** Its probability, 0 to 1. */
  probabilities: readonly number[];
  /** Rank of the token that really follows, from 1; 0 where none follows. */
  actualRanks: readonly number[];
  /** Probability of the token that really follows, 0 to 1; 0 where none follows. */
  actualProbabilities: readonly number[];
}

/** Asks how likely a token that the user names is after one position. */
export interface FindTokens {
  /** Name of the open model. */
  modelId: string;
  /** Number of the run. */
  runId: number;
  /** Token position, from 0. */
  position: number;
  /** Text of a token, a token as the vocabulary writes it, or `#` and an id. */
  text: string;
}

/** Tokens that a text may mean, the likeliest first, as columns. */
export interface FoundTokens {
  /** Token position, from 0. */
  position: number;
  /** The tokens: with and without a space before them. */
  tokens: Tokens;
  /** Softmax over the whole vocabulary, 0 to 1. */
  probabilities: readonly number[];
  /** From 1, the likeliest; equal logits share a rank. */
  ranks: readonly number[];
  /** As the model gave them. */
  logits: readonly number[];
  /** Whether the token is all of the text, and not only its beginning. */
  isWhole: readonly boolean[];
}

/** A part of a file that inputs will name; parts come in order, the first at offset 0. */
export interface UploadInput {
  /** Name of the open model. */
  modelId: string;
  /** Name of the file without folders; a further file of that name takes its place. */
  name: string;
  /** Bytes before this part. */
  offset: number;
  /** Bytes of the whole file, at most 64 MB. */
  byteLength: number;
  /** At most 1 MB in base64. */
  data: string;
}

/** What the worker has of a file. */
export interface UploadedInput {
  /** Name of the file. */
  name: string;
  /** Bytes so far. */
  byteLength: number;
  /** Whether all of it is there. */
  isComplete: boolean;
  /** What it is, such as `image, 640 × 480` or `float32[1, 3]`; empty until it is complete. */
  description: string;
  /** What to write in the inputs for it, such as `file("x.png")`; empty until it is complete. */
  expression: string;
}

/** Methods of the route `server`: parameters and result. */
export interface ServerMethods {
  /** Exchange versions, once, first. */
  "session/hello": { params: Hello; result: Welcome };
  /** Start a worker and load a model in it. */
  "model/open": { params: OpenModel; result: ModelState };
  /** Where a model stands. */
  "model/read": { params: ModelReference; result: ModelState };
  /** All open models. */
  "model/list": { params: Nothing; result: ModelStates };
  /** Load it anew in a fresh worker. */
  "model/restart": { params: ModelReference; result: ModelState };
  /** Give up a load. */
  "model/stopLoading": { params: ModelReference; result: ModelState };
  /** End the worker and forget the model. */
  "model/close": { params: ModelReference; result: Nothing };
  /** Follow the user's settings. */
  "session/prefer": { params: Preferences; result: Nothing };
}

export const SERVER_METHODS = ["session/hello", "model/open", "model/read", "model/list", "model/restart", "model/stopLoading", "model/close", "session/prefer"] as const;

/** Methods of the route `worker`: parameters and result. */
export interface WorkerMethods {
  /** The insides of containers. */
  "graph/read": { params: ReadGraph; result: Levels };
  /** Where a module path stands. */
  "graph/locate": { params: LocatePath; result: Location };
  /** Direct submodules. */
  "module/children": { params: ReadModules; result: Modules };
  /** Modules that a query names. */
  "module/find": { params: FindModules; result: Modules };
  /** All modules, by parts. */
  "module/table": { params: ReadModuleTable; result: ModuleTable };
  /** What modules returned. */
  "module/shapes": { params: ReadModuleShapes; result: ModuleShapes };
  /** All about one node. */
  "node/inspect": { params: NodeReference; result: NodeDetails };
  /** How a text splits into tokens. */
  "text/tokenize": { params: TokenizeText; result: Tokens };
  /** Begin a forward pass; answers at once. */
  "run/start": { params: StartRun; result: RunState };
  /** Stop before the next module. */
  "run/cancel": { params: RunReference; result: RunState };
  /** Events that a page missed. */
  "run/read": { params: ReadRun; result: RunRecord };
  /** The last runs, as far as known. */
  "run/list": { params: ModelReference; result: Runs };
  /** Show an earlier run again. */
  "run/select": { params: RunReference; result: RunState };
  /** Next tokens at a position. */
  "prediction/read": { params: ReadPrediction; result: Prediction };
  /** One for each position. */
  "prediction/strip": { params: RunReference; result: PredictionStrip };
  /** How likely a token is. */
  "prediction/find": { params: FindTokens; result: FoundTokens };
  /** Bytes for a later run. */
  "input/upload": { params: UploadInput; result: UploadedInput };
  /** What a tensor can be drawn as. */
  "block/offer": { params: OfferBlocks; result: BlockOffers };
  /** Add a block, or change one. */
  "block/put": { params: PutBlock; result: Block };
  /** Take a block away. */
  "block/remove": { params: BlockReference; result: Nothing };
  /** All blocks of a model. */
  "block/list": { params: ModelReference; result: Blocks };
  /** What a block shows. */
  "block/read": { params: ReadBlock; result: BlockPicture };
  /** One exact value of a block. */
  "block/cell": { params: ReadCell; result: BlockCell };
  /** Mean, spread, NaN, Inf. */
  "node/statistics": { params: ReadStatistics; result: NodeStatistics };
  /** What was observed in a file. */
  "code/read": { params: ReadCode; result: ObservedCode };
  /** The modules of a class. */
  "code/find": { params: FindInCode; result: FoundModules };
  /** Hook code for a node. */
  "hook/write": { params: WriteHook; result: HookCode };
  /** Recipes for a selection. */
  "recipe/list": { params: ListRecipes; result: Recipes };
  /** The code of a recipe. */
  "recipe/write": { params: WriteRecipe; result: HookCode };
}

export const WORKER_METHODS = ["graph/read", "graph/locate", "module/children", "module/find", "module/table", "module/shapes", "node/inspect", "text/tokenize", "run/start", "run/cancel", "run/read", "run/list", "run/select", "prediction/read", "prediction/strip", "prediction/find", "input/upload", "block/offer", "block/put", "block/remove", "block/list", "block/read", "block/cell", "node/statistics", "code/read", "code/find", "hook/write", "recipe/list", "recipe/write"] as const;

/** Methods of the route `editor`: parameters and result. */
export interface EditorMethods {
  /** The model that is looked at. */
  "model/select": { params: ModelReference; result: Nothing };
  /** The modules at a cursor. */
  "code/locate": { params: LocateInCode; result: CodePlace };
}

export const EDITOR_METHODS = ["model/select", "code/locate"] as const;

/** Methods of the route `event`: parameters and result. */
export interface EventMethods {
  /** A model's state changed. */
  "model/changed": { params: ModelState; result: null };
  /** Modules started, finished or failed. */
  "run/events": { params: RunEvents; result: null };
  /** A run began or ended. */
  "run/changed": { params: RunState; result: null };
  /** Blocks were added, changed or removed. */
  "block/changed": { params: Blocks; result: null };
}

export const EVENT_METHODS = ["model/changed", "run/events", "run/changed", "block/changed"] as const;

/** Methods of the route `host`: parameters and result. */
export interface HostMethods {
  /** The page listens from now on. */
  "page/ready": { params: Nothing; result: HostState };
  /** The selection changed in the page. */
  "page/selected": { params: Selection; result: null };
  /** Insert hook code into the editor. */
  "hook/insert": { params: InsertHook; result: Inserted };
  /** Show the source line of a node. */
  "source/open": { params: OpenSource; result: Nothing };
  /** Put text on the clipboard. */
  "text/copy": { params: CopyText; result: Nothing };
  /** Save a file the page made. */
  "picture/save": { params: SavePicture; result: PictureSaved };
  /** Carry out a problem's action. */
  "problem/act": { params: ActOnProblem; result: Nothing };
  /** Open a model from the empty state. */
  "page/open": { params: OpenFromPage; result: Nothing };
}

export const HOST_METHODS = ["page/ready", "page/selected", "hook/insert", "source/open", "text/copy", "picture/save", "problem/act", "page/open"] as const;

/** Methods of the route `page`: parameters and result. */
export interface PageMethods {
  /** Show this model. */
  "page/show": { params: ShowModel; result: null };
  /** Select this module. */
  "page/reveal": { params: RevealPath; result: null };
  /** Mark what the cursor stands for. */
  "page/mark": { params: MarkModules; result: null };
}

export const PAGE_METHODS = ["page/show", "page/reveal", "page/mark"] as const;
