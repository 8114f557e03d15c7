// Connects the parts of the page.

import { Attachments } from "./attachments.js";
import { show } from "./bubbles.js";
import { listen, Refused, send } from "./line.js";
import { Recorder } from "./recorder.js";

const NUMBER = /^(whatsapp:)?\+[1-9][0-9]{6,14}$/;
const STATES = {
  connected: "Connected",
  down: "Not connected, retrying …",
  waiting: "Connecting …",
};

const [phone, me, number, log, scroller, welcome, newer, composer, body, count, problem, numberProblem, connection] = [
  "phone", "me", "number", "log", "scroller", "welcome", "newer", "composer", "body", "count", "problem",
  "number-problem", "connection",
].map((id) => document.getElementById(id));
const attachments = new Attachments(document.getElementById("file"), document.getElementById("chosen"));
new Recorder(document.getElementById("record"), {
  onSound: (sound) => {
    attachments.take([sound]);
    body.focus();
  },
  onProblem: (words) => say(problem, words),
});

let line = new AbortController();
let current = "";
let following = true;

function be(chosen) {
  current = chosen;
  number.value = chosen;
  localStorage.setItem("number", chosen);
  line.abort();
  line = new AbortController();
  empty();
  setConnection("waiting");
  listen(chosen, { onMessages: showAll, onState: setConnection, onReset: empty, signal: line.signal });
}

function empty() {
  log.replaceChildren();
  newer.hidden = true;
}

function setConnection(state) {
  welcome.hidden = state !== "connected" || log.childElementCount > 0;
  if (connection.dataset.state === state) return;
  connection.dataset.state = state;
  connection.textContent = STATES[state];
}

function showAll(messages) {
  const added = messages.filter((message) => show(log, message));
  welcome.hidden = true;
  if (following || added.some((message) => message.direction === "inbound")) goToEnd();
  else if (added.length) newer.hidden = false;
}

function isAtEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
}

function goToEnd() {
  following = true;
  scroller.scrollTop = scroller.scrollHeight;
  newer.hidden = true;
}

async function submit() {
  const [words, files] = [body.value, attachments.files];
  if (!words.trim() && !files.length) return;
  say(problem, "");
  setBody("");
  attachments.clear();
  try {
    showAll([await send(current, words, files)]);
  } catch (reason) {
    setBody(words + (body.value ? `\n${body.value}` : ""));
    attachments.take(files);
    say(problem, reason instanceof Refused ? reason.message : "Not sent: no connection. Your message is still here.");
  }
  body.focus();
}

function setBody(words) {
  body.value = words;
  tellLength();
}

function tellLength() {
  const left = body.maxLength - body.value.length;
  count.hidden = left > 200;
  count.textContent = `${left} characters left`;
}

function say(place, words) {
  place.textContent = words;
  place.hidden = !words;
}

function changeNumber() {
  const chosen = number.value.replace(/[\s()-]/g, "");
  const valid = NUMBER.test(chosen);
  number.setAttribute("aria-invalid", String(!valid));
  say(numberProblem, valid ? "" : "A number looks like +15550100.");
  if (valid && chosen !== current) be(chosen);
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
body.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});
body.addEventListener("input", tellLength);
me.addEventListener("submit", (event) => {
  event.preventDefault();
  changeNumber();
});
number.addEventListener("change", changeNumber);
newer.addEventListener("click", goToEnd);
scroller.addEventListener("scroll", () => {
  following = isAtEnd();
  if (following) newer.hidden = true;
});
const resized = new ResizeObserver(() => following && goToEnd());
resized.observe(scroller);
resized.observe(log);
welcome.addEventListener("click", (event) => {
  const { example } = event.target.dataset;
  if (!example) return;
  setBody(example);
  body.focus();
});

be(localStorage.getItem("number") ?? phone.dataset.number);
body.focus();
