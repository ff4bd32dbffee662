// A tab of Chromium, steered over its pipe. Playwright attaches to pages, and Chromium prepares no page before the
// click for whoever does; it does for whoever attaches to the tab around them.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const QUIET = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * A browser with one tab; `send` speaks to the page that is shown in it, whichever that is by then. Each page, also one
 * that is prepared before it is shown, begins with these `settings` (calls): a slow network is slow for both.
 */
export async function openTab(program, { width, height }, settings) {
  const profile = mkdtempSync(join(tmpdir(), "onshelf-tab-"));
  const browser = spawn(program, [...QUIET, "--remote-debugging-pipe", `--user-data-dir=${profile}`, `--window-size=${width},${height}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const waiting = new Map();
  const sessions = new Map();
  let shown;
  let last = 0;
  const call = (method, params = {}, sessionId = undefined) =>
    new Promise((done, fail) => {
      waiting.set((last += 1), { done, fail, method });
      browser.stdio[3].write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
  // A page that is being prepared has a subtype until it is shown.
  const isShown = ({ type, subtype }) => type === "page" && !subtype;
  const hear = {
    "Target.attachedToTarget": ({ sessionId, targetInfo }) => {
      if (targetInfo.type !== "page") return;
      sessions.set(targetInfo.targetId, sessionId);
      // One that waits answers nothing before it may begin, and one that is thrown away never does.
      for (const [method, params] of settings) call(method, params, sessionId).catch(() => {});
      call("Runtime.runIfWaitingForDebugger", {}, sessionId).catch(() => {});
      if (isShown(targetInfo)) shown = sessionId;
    },
    "Target.targetInfoChanged": ({ targetInfo }) => {
      if (isShown(targetInfo) && sessions.has(targetInfo.targetId)) shown = sessions.get(targetInfo.targetId);
    },
  };
  let text = "";
  browser.stdio[4].on("data", (bytes) => {
    const said = (text + bytes).split("\0");
    text = said.pop();
    for (const { id, result, error, method, params } of said.map(JSON.parse)) {
      if (!id) hear[method]?.(params);
      else if (error) waiting.get(id).fail(new Error(`${waiting.get(id).method}: ${error.message}`));
      else waiting.get(id).done(result);
    }
  });
  await call("Target.setDiscoverTargets", { discover: true, filter: [{ type: "tab" }, { type: "page" }] });
  const { targetInfos } = await call("Target.getTargets", { filter: [{ type: "tab" }] });
  const tab = await call("Target.attachToTarget", { targetId: targetInfos[0].targetId, flatten: true });
  await call("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true, filter: [{ type: "page" }] }, tab.sessionId);
  for (let tries = 0; !shown && tries < 50; tries += 1) await wait(100);

  const send = (method, params) => call(method, params, shown);
  return {
    send,
    read: async (expression) => (await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result.value,
    close: async () => {
      const gone = new Promise((done) => browser.once("exit", done));
      browser.kill();
      await gone;
      // What is left of it writes for a moment longer; if for too long, a temporary folder stays, and no figure is lost.
      try {
        rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
      } catch (error) {
        console.log(`left: ${error.message}`);
      }
    },
  };
}
