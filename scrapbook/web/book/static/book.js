// Makes the book quicker to use. Every page works without it.

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]") !== null;

// Listeners are on the document, because the main part is replaced while the page is open.

// Search as somebody types: fetch the page that the form leads to, and take its answers.
let waiting;
let running;

async function search(form, isSent = false) {
  const field = form.elements.q;
  const typed = field.value;
  const wanted = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  running?.abort();
  running = new AbortController();
  try {
    const response = await fetch(wanted, { signal: running.signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const answers = page.getElementById("answers");
    if (!response.ok || !answers) {
      if (isSent) form.submit(); // which shows what is wrong
      return;
    }
    document.getElementById("answers").replaceWith(document.adoptNode(answers));
    document.title = page.title;
    history.replaceState(null, "", wanted);
    field.defaultValue = typed; // what was answered is no unfinished work, which would hold up the page
    refreshIfStale();
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form#search");
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(search, 200, form);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form#search")) return;
  event.preventDefault();
  clearTimeout(waiting);
  search(event.target, true);
});

// j and k go from entry to entry.
function step(by) {
  const entries = [...document.querySelectorAll(".entry")];
  const here = entries.indexOf(document.activeElement?.closest(".entry"));
  const next = entries[here < 0 ? (by > 0 ? 0 : entries.length - 1) : here + by];
  next?.focus();
}

const keys = {
  "/": (_entry, q = document.getElementById("q")) => (q ? q.focus() : location.assign("/book/search")),
  j: () => step(1),
  k: () => step(-1),
  e: (entry) => entry && location.assign(`${entry.dataset.entry}/edit`),
  Enter: (entry) => entry === document.activeElement && location.assign(entry.dataset.entry),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const key = Object.hasOwn(keys, event.key) && keys[event.key];
  if (!key) return;
  const entry = document.activeElement?.closest(".entry") ?? document.querySelector(".entry.alone");
  if (event.key === "Enter" && entry !== document.activeElement) return;
  event.preventDefault();
  key(entry);
});

// The words of a memo light up as it plays, and a click on one plays from there.
const heard = (name, then) => document.addEventListener(name, then, true); // events of sounds do not bubble

function light({ target }) {
  const at = target.currentTime;
  for (const word of target.closest?.(".entry")?.querySelectorAll("[data-start]") ?? []) {
    word.classList.toggle("now", !target.paused && at >= +word.dataset.start && at < +word.dataset.end);
  }
}
for (const name of ["timeupdate", "pause", "seeked"]) heard(name, light);

// Puts the words of a memo with their times, which a list does not have, in place of its text.
heard("play", async ({ target }) => {
  const entry = target.closest?.(".entry");
  if (!entry || entry.querySelector("[data-transcript]")) return;
  const texts = entry.querySelectorAll(":scope > .prose, :scope > .title, :scope > .quote, :scope > .read-on");
  const answer = await fetch(`${entry.dataset.entry}/words`);
  const { file, paragraphs } = answer.ok ? await answer.json() : {};
  if (!paragraphs || !texts.length || !new URL(target.src).pathname.endsWith(`/files/${file}`)) return;
  const element = (name, more, ...content) => {
    const made = Object.assign(document.createElement(name), more);
    made.append(...content);
    return made;
  };
  const spoken = ([text, start, end]) => {
    const word = element("span", {}, text);
    if (start !== null) Object.assign(word.dataset, { start, end });
    return word;
  };
  const said = paragraphs.map((words) => element("p", { dir: "auto" }, ...words.map(spoken)));
  const transcript = element("div", { className: "transcript" }, ...said);
  transcript.dataset.transcript = "";
  texts[0].before(transcript);
  for (const text of texts) text.remove();
});

document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-transcript]");
  const audio = place?.closest(".entry").querySelector("audio");
  const at = event.target.dataset.at ?? event.target.dataset.start;
  if (!audio || at === undefined) return;
  event.preventDefault();
  audio.currentTime = +at;
  audio.play();
});

// A picture opens large, above the page.
function enlarge(link) {
  const dialog = document.createElement("dialog");
  const picture = link.querySelector("img").cloneNode();
  picture.sizes = "100vw";
  picture.loading = "eager";
  dialog.className = "large";
  dialog.setAttribute("aria-label", picture.alt);
  dialog.append(picture);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  const link = event.target.closest("a[data-picture]");
  if (link && plain) {
    event.preventDefault();
    enlarge(link);
  }
  if (event.target.closest("[data-keys]")) keys["?"]();
  const copied = event.target.closest("a[data-copy]");
  if (copied && plain && navigator.clipboard) {
    event.preventDefault();
    fetch(copied.href)
      .then((response) => response.text())
      .then((text) => navigator.clipboard.writeText(text))
      .then(() => (copied.textContent = "copied"))
      .catch(() => location.assign(copied.href));
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form.tick");
  form?.requestSubmit();
});

// The page updates itself, and the box is answered in its place.

const main = document.querySelector("main");

// Fetches a page, and returns it as a document; null for an error, unless it has one of these codes.
async function fetched(address, codes = []) {
  try {
    const answer = await fetch(address, { headers: { "X-Live": "1" }, credentials: "same-origin" });
    const isPage = (answer.headers.get("content-type") || "").startsWith("text/html");
    return isPage && (answer.ok || codes.includes(answer.status)) ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

// The main part, which is fetched anew after each change.

// What stays as it is: the box, and the line that says what was just done.
const stays = (node) => node.matches?.("[data-keep], [role=status], .flash") ?? false;

// Whether somebody is in the middle of something that a new main part would take away.
function isBusy() {
  // A checkbox is sent as it is ticked, so that there is nothing to lose in it.
  const written = "main input:not([type=checkbox]), main textarea, main select, main [contenteditable]";
  const inField = document.activeElement?.closest(written);
  if (inField && !inField.closest("[data-keep]")) return true;
  const fields = [...main.querySelectorAll("input, textarea")].filter((field) => !field.closest("[data-keep]"));
  const isChanged = fields.some((field) => field.type !== "hidden" && field.value !== field.defaultValue);
  return isChanged || [...main.querySelectorAll("audio, video")].some((sound) => !sound.paused);
}

// Whether the page answers a form: what it says is found nowhere else.
const isAnswer = Boolean(document.querySelector("main [data-still]"));

let isStale = false;
let isFetching = false;

async function refresh() {
  isStale = true;
  if (isFetching || document.hidden || isBusy()) return;
  isFetching = true;
  isStale = false;
  const address = location.href;
  // What is not theirs any more, or is gone, does not stay in sight.
  const page = await fetched(address, [401, 404]);
  isFetching = false;
  const fresh = page?.querySelector("main");
  if (!fresh) {
    // It is tried again with the next event, or when somebody comes back to the page.
    isStale = true;
    return;
  }
  if (isBusy() || location.href !== address) isStale = true; // another search was made meanwhile
  else {
    keepingPlace(() => swap(fresh));
    renew(page);
  }
  refreshIfStale();
}

function refreshIfStale() {
  if (isStale && !isBusy()) refresh();
}

// What a control, or something that opens, has in common with the one that takes its place.
function mark(node) {
  const named = ["formaction", "href", "name", "value"].map((name) => node.getAttribute(name));
  return [node.localName, node.closest("details")?.textContent, ...named].join("|");
}

// Returns what finds the node again in a new main part: the nth that is alike within the same id.
function trace(node) {
  const part = node.closest("[id]");
  const wanted = mark(node);
  const alike = (within) => [...within.querySelectorAll(node.localName)].filter((one) => mark(one) === wanted);
  const nth = alike(part).indexOf(node);
  return () => {
    const now = document.getElementById(part.id);
    return (now && nth >= 0 && alike(now)[nth]) || now;
  };
}

// Changes the main part; what was open is open again, and the focus is where it was.
function keepingPlace(change) {
  const opened = [...main.querySelectorAll("details[open]")].map(trace);
  const focused = document.activeElement;
  const find = main.contains(focused) && trace(focused);
  const place = [...main.querySelectorAll(".entry")].indexOf(focused?.closest(".entry"));
  change();
  for (const again of opened) if (again()?.matches("details")) again().open = true;
  if (!find || focused.isConnected) return;
  const entries = [...main.querySelectorAll(".entry")];
  // An entry that has gone leaves its place to the next one, so that j and k go on from there.
  const beside = entries[Math.min(place, entries.length - 1)];
  for (const one of [find(), find()?.closest(".entry"), beside, main]) {
    one?.focus({ preventScroll: true });
    if (one && one === document.activeElement) return;
  }
}

// Takes over what changes outside the main part: the name of the book, and how much is in it.
function renew(page) {
  const [here, now] = [document, page].map((one) => one.querySelectorAll("[data-live]"));
  now.forEach((part, index) => (here[index].textContent = part.textContent));
  document.title = page.title;
}

// Replaces everything in the main part around the box, whose words and focus stay.
function swap(fresh) {
  const box = [...main.children].find((node) => node.matches("[data-keep]"));
  const place = [...fresh.children].find((node) => node.matches("[data-keep]"));
  const nodes = [...fresh.childNodes].map((node) => document.adoptNode(node));
  for (const node of [...main.childNodes]) if (!stays(node)) node.remove();
  const at = place ? nodes.indexOf(place) : -1;
  nodes.forEach((node, index) => {
    if (stays(node)) return;
    if (box && index < at) main.insertBefore(node, box);
    else main.append(node);
  });
}

// The stream that says that something has changed.

const AGAIN = 30_000; // milliseconds after which a stream that the server refused is asked for again

let source = null;
let wasOpen = false;
let version = main?.dataset.version ?? "";

function listen() {
  if (document.hidden || source) return;
  source = new EventSource(`/book/events${version ? `?since=${encodeURIComponent(version)}` : ""}`);
  source.onopen = () => (wasOpen = true);
  source.addEventListener("current", (event) => { version = event.lastEventId; });
  source.addEventListener("changed", (event) => {
    version = event.lastEventId;
    refresh();
  });
  // A browser comes back by itself to a stream that has ended, but not to one that was refused.
  source.addEventListener("error", ({ target }) => {
    if (target !== source || target.readyState !== EventSource.CLOSED) return;
    source = null;
    // The session may have ended.
    if (wasOpen) refresh();
    setTimeout(listen, AGAIN);
  });
}

function stop() {
  source?.close();
  source = null;
}

// The box.

const LOOKS = 20; // at a receipt, each of which the server answers within ten seconds

function key() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function problemOf(files) {
  const { maxBytes, maxFiles } = files.dataset;
  const chosen = [...files.files];
  if (chosen.length > Number(maxFiles)) return `Choose ${maxFiles} files at most.`;
  const empty = chosen.find((file) => !file.size);
  if (empty) return `“${empty.name}” is empty. Choose another.`;
  const large = chosen.find((file) => file.size > Number(maxBytes));
  return large ? `“${large.name}” has more than ${Math.floor(Number(maxBytes) / 1048576)} MB.` : "";
}

// Shows what a page says of a message: its receipt, or why nothing was saved.
function show(page, place, address) {
  const said = page?.querySelector("#receipt, #problem");
  // An empty address leads to the page that it is on, which here is not the receipt's own.
  if (address) said?.querySelector('a[href=""]')?.setAttribute("href", address);
  place.replaceChildren(said ? document.adoptNode(said) : "That did not arrive. Send it again.");
  return said;
}

// Sends what is in the box, or the button of an option of a question.
async function write(form, choice) {
  const [text, files, place] = [form.elements.text, form.elements.files, form.querySelector(".written")];
  const problem = choice ? "" : problemOf(files);
  if (problem || (!choice && !text.value.trim() && !files.files.length)) {
    place.textContent = problem || "Write something first, or choose a file.";
    return;
  }
  const sent = new FormData(choice ? choice.form : form);
  if (choice) sent.set("text", choice.value);
  const button = form.querySelector("button");
  button.disabled = true;
  place.textContent = "Sending…";
  let address = "";
  let page = null;
  let isSignedOut = false;
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent, credentials: "same-origin" });
    address = answer.redirected ? answer.url : "";
    isSignedOut = answer.status === 401;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    // The key stays: sent again, it is the same message.
  }
  button.disabled = false;
  if (isSignedOut) {
    place.textContent = "You are signed out. Text book to sign in again; your words stay here.";
    return;
  }
  // After somebody has signed in again, the page in the answer has the token of the new session.
  const token = page?.querySelector("form#write [name=csrf]");
  if (token) form.elements.csrf.value = token.value;
  let receipt = show(page, place, address);
  if (receipt?.id !== "receipt") return; // nothing was saved: the words stay in the box
  if (!choice) {
    if (text.value === sent.get("text")) text.value = "";
    files.value = "";
  }
  form.elements.key.value = key();
  for (let look = 0; look < LOOKS && receipt?.hasAttribute("data-waiting"); look++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (!place.contains(receipt)) return; // another message was sent since
    page = await fetched(address);
    if (page && place.contains(receipt)) receipt = show(page, place, address);
  }
}

function prepare(form) {
  const { text, files } = form.elements;
  // On the way down: Chromium lets no submit event of a form within a form come up to the outer one.
  const send = (event) => {
    event.preventDefault();
    write(form, event.target === form ? null : event.submitter);
  };
  form.addEventListener("submit", send, true);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  const take = (event, list) => {
    if (!list?.length) return;
    event.preventDefault();
    const all = new DataTransfer();
    for (const file of [...files.files, ...list]) all.items.add(file);
    files.files = all.files;
  };
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => take(event, event.dataTransfer?.files));
  text.addEventListener("paste", (event) => take(event, event.clipboardData?.files));
}

const box = document.querySelector("form#write");
if (box) prepare(box);
if (main?.hasAttribute("data-version") && !isAnswer) {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop();
    else {
      listen();
      refreshIfStale();
    }
  });
  main.addEventListener("focusout", () => setTimeout(refreshIfStale));
  main.addEventListener("pause", refreshIfStale, true);
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", listen);
  listen();
}

// A file that is worked on: the page follows it, as long as it is looked at.
async function follow() {
  while (!isAnswer && document.querySelector("#export[data-look-again]")) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await refresh();
  }
}
follow();
