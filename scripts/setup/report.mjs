/**
 * What the scripts say: named steps with their time, and one clear sentence when something fails.
 * The only place that writes to the terminal. Node built-ins only.
 */

const HEARTBEAT_MS = 20_000;
const terminal = Boolean(process.stdout.isTTY);

/** A failure whose message is meant for the person at the terminal: no stack trace is shown. */
export class Failure extends Error {
  /**
   * @param {string} message what happened and what to do, in one sentence
   * @param {string} [details] output worth showing above it
   */
  constructor(message, details = "") {
    super(message);
    this.details = details;
  }
}

/** @param {string} text */
export const say = (text) => process.stdout.write(`${text}\n`);

/** @param {number} since as given by `performance.now()` */
export function elapsed(since) {
  const seconds = (performance.now() - since) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/**
 * Runs `work` under a name. Its parameter `progress` takes a line that tells how far it is.
 * @template T
 * @param {string} name
 * @param {(progress: (line: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const since = performance.now();
  let latest = "";
  const ticker = setInterval(() => beat(name, since, latest), terminal ? 500 : HEARTBEAT_MS);
  if (!terminal) say(`… ${name}`);
  try {
    const result = await work((line) => {
      latest = line;
    });
    finish(`✓ ${name} (${elapsed(since)})`);
    return result;
  } catch (error) {
    finish(`✗ ${name} (${elapsed(since)})`);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}

/**
 * @param {string} name
 * @param {number} since
 * @param {string} latest
 */
function beat(name, since, latest) {
  const line = `… ${name}: ${elapsed(since)}${latest ? `, ${latest}` : ""}`;
  if (terminal)
    process.stdout.write(`\r\u001b[2K${line.slice(0, (process.stdout.columns || 80) - 1)}`);
  else say(line.slice(0, 160));
}

/** @param {string} line */
function finish(line) {
  if (terminal) process.stdout.write(`\r\u001b[2K${line}\n`);
  else say(line);
}

/**
 * The frame of every entry point: runs `main`, tells a failure in one sentence and sets the exit status.
 * @param {() => Promise<void>} main
 */
export async function entry(main) {
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    tell(error);
  }
}

/** @param {unknown} error */
function tell(error) {
  if (!(error instanceof Failure)) {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return;
  }
  if (error.details) process.stderr.write(`${error.details}\n`);
  process.stderr.write(`\n${error.message}\n`);
}
