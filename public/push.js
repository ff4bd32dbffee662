// Being told in the browser: asks for leave, subscribes at the browser's push service, and hands the address to the
// shop with the order's own token. Fetched when somebody is about to press the button.

const marks = document.documentElement.classList;
const place = () => document.querySelector("[data-tell]");

// Which orders this browser is told about, remembered here alone; without a memory one may press again.
const memory = {
  read: () => {
    try {
      return JSON.parse(localStorage.getItem("told") ?? "[]");
    } catch {
      return [];
    }
  },
  write: (path, told) => {
    try {
      const others = memory.read().filter((other) => other !== path);
      localStorage.setItem("told", JSON.stringify(told ? [...others, path].slice(-20) : others));
    } catch {
      // Pressing again does no harm.
    }
  },
};

function say(words) {
  const said = place()?.querySelector("[role=status]");
  if (said) said.textContent = words;
}

function mark(told) {
  marks.toggle("told", told);
  say(told ? place().dataset.told : "");
}

/** What was chosen on an earlier visit. */
export function show() {
  if (memory.read().includes(place().dataset.tell)) mark(true);
}

const encoded = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

async function call(method, path, token, body) {
  const answer = await fetch(path, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      "Idempotency-Key": crypto.randomUUID(),
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
}

async function subscribed(key) {
  const { pushManager } = await navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready);
  const before = await pushManager.getSubscription();
  if (before && encoded(before.options.applicationServerKey) === key) return before;
  // Made for another key, as of a shop that has a new secret.
  await before?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function start({ tell, token, key, denied }) {
  if ((await Notification.requestPermission()) !== "granted") return say(denied);
  const browser = await subscribed(key);
  const { endpoint, keys } = browser.toJSON();
  await call("PUT", tell, token, { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } });
  memory.write(tell, true);
  mark(true);
}

async function stop({ tell, token }) {
  const registered = await navigator.serviceWorker.getRegistration();
  const browser = await registered?.pushManager.getSubscription();
  // The browser's own subscription stays: other orders may be told by it.
  if (browser) await call("POST", `${tell}/cancel`, token, { endpoint: browser.endpoint });
  memory.write(tell, false);
  mark(false);
}

/** One of the two buttons. */
export async function press(button) {
  button.disabled = true;
  const data = { ...place().dataset };
  try {
    await (button.matches("[data-off]") ? stop(data) : start(data));
  } catch {
    say(data.failed);
  } finally {
    button.disabled = false;
    // The page waits with what is new as long as a button has the focus.
    place()?.querySelector("[role=status]").focus({ preventScroll: true });
  }
}
