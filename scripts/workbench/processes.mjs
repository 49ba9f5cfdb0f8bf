/**
 * Which processes came from one VS Code: so that a test can prove that none is left.
 * On Linux by a variable that every descendant inherits, even one that left its parents; elsewhere by parentage.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export const MARK = "INTERPOGATE_WORKBENCH";

/**
 * @typedef {{ pid: number, parent: number, command: string }} Process
 */

/** @returns {Process[]} all processes of this machine that we may see */
function everyProcess() {
  const table = execFileSync("ps", ["-A", "-ww", "-o", "pid=,ppid=,stat=,args="], {
    encoding: "utf8",
  });
  return table.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (!match || match[3]?.startsWith("Z")) return [];
    return [{ pid: Number(match[1]), parent: Number(match[2]), command: match[4] ?? "" }];
  });
}

/**
 * Reads /proc instead of calling `ps`: asked often, and `ps` may be missing in a container.
 * @param {string} mark
 * @returns {Process[]}
 */
function markedProcesses(mark) {
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return numbers.flatMap((pid) => {
    try {
      const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      if (!variables.includes(`${MARK}=${mark}`)) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
      const status = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ");
      return state === "Z" ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    } catch {
      return []; // it ended meanwhile, or belongs to someone else
    }
  });
}

/**
 * @param {number} root
 * @param {Process[]} processes
 * @returns {Process[]}
 */
function descendants(root, processes) {
  const children = processes.filter((process) => process.parent === root);
  return children.flatMap((child) => [child, ...descendants(child.pid, processes)]);
}

/**
 * The living processes of a VS Code that was started with `mark` as process `root`.
 * @param {string} mark
 * @param {number} root
 */
export function processesOf(mark, root) {
  if (process.platform === "linux") return markedProcesses(mark);
  const processes = everyProcess();
  return [...processes.filter(({ pid }) => pid === root), ...descendants(root, processes)];
}
