import { expect, it } from "vitest";
import { Coalesced } from "../../../extension/src/coalesced";

/** A task whose runs end one by one when told to, with the most that ever ran at once. */
function makeTask() {
  const ends: (() => void)[] = [];
  const seen = { runs: 0, now: 0, most: 0 };
  const task = async () => {
    seen.runs += 1;
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    await new Promise<void>((resolve) => ends.push(resolve));
    seen.now -= 1;
  };
  return { ends, seen, coalesced: new Coalesced(task) };
}

it("shares one further run among all calls that come while one runs", async () => {
  const { ends, seen, coalesced } = makeTask();
  const first = coalesced.run();
  const later = [coalesced.run(), coalesced.run(), coalesced.run()];
  ends[0]?.();
  await first;
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  await Promise.all(later);
  expect(seen).toEqual({ runs: 2, now: 0, most: 1 });
});

it("runs again after a run that failed", async () => {
  let runs = 0;
  const coalesced = new Coalesced(async () => {
    runs += 1;
    if (runs === 1) {
      throw new Error("no interpreter");
    }
  });
  const [first, second] = [coalesced.run(), coalesced.run()];
  await expect(first).rejects.toThrow("no interpreter");
  await second;
  await coalesced.run();
  expect(runs).toBe(3);
});
