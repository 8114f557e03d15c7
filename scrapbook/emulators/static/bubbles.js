// Messages as bubbles.

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?')\]]/g;
const STATES = {
  pending: "Pending",
  queued: "On its way",
  sent: "On its way",
  delivered: "Delivered",
  undelivered: "Not delivered",
  failed: "Not delivered",
};

// Creates or updates the bubble of a message in the list; returns whether it is new.
export function show(list, message) {
  const known = list.querySelector(`[data-sid="${CSS.escape(message.sid)}"]`);
  if (known) {
    renew(known, message);
    return false;
  }
  place(list, bubble(message), message.seq);
  separateDays(list);
  return true;
}

function bubble(message) {
  const mine = message.direction === "inbound";
  const item = element("li", mine ? "message mine" : "message theirs");
  item.dataset.sid = message.sid;
  item.dataset.seq = message.seq;
  item.dataset.changed = message.changed;
  item.dataset.day = day(message.created_at);
  const card = element("div", "bubble");
  card.append(element("span", "speaker hidden", speaker(message)), ...message.media.map(attachment));
  if (message.body) card.append(text(message.body));
  card.append(footer(message));
  item.append(card);
  item.dataset.status = message.status;
  return item;
}

function renew(item, message) {
  if (message.changed <= Number(item.dataset.changed)) return;
  item.dataset.changed = message.changed;
  item.dataset.status = message.status;
  item.querySelector(".state").textContent = state(message);
  // Attachments may arrive after the text. Existing ones are not replaced, because they may be playing.
  if (!item.querySelector(".media")) item.querySelector(".speaker").after(...message.media.map(attachment));
}

function speaker(message) {
  if (message.direction === "inbound") return "You: ";
  return message.carrier ? "The carrier: " : "Scrapbook: ";
}

function state(message) {
  const words = STATES[message.status] ?? message.status;
  return message.error_code ? `${words} (${message.error_code})` : words;
}

function footer(message) {
  const line = element("p", "footer");
  if (message.carrier) line.append(element("span", "carrier", "Carrier message"));
  const time = element("time", "", new Date(message.created_at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }));
  time.dateTime = message.created_at;
  line.append(time, element("span", "state", state(message)));
  return line;
}

function text(body) {
  const paragraph = element("p", "text");
  let end = 0;
  for (const match of body.matchAll(LINK)) {
    paragraph.append(body.slice(end, match.index), link(match[0]));
    end = match.index + match[0].length;
  }
  paragraph.append(body.slice(end));
  return paragraph;
}

function link(url, label = url) {
  const anchor = element("a", "", label);
  anchor.href = url;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}

function attachment(media) {
  const shown = player(media);
  shown.classList.add("media");
  return shown;
}

function player(media) {
  const url = `/phone/media/${encodeURIComponent(media.sid)}`;
  if (media.content_type.startsWith("image/")) return picture(url);
  if (media.content_type.startsWith("audio/")) return playable("audio", "sound", "Sound", url);
  if (media.content_type.startsWith("video/")) return playable("video", "film", "Video", url);
  return link(url, `File, ${media.content_type}, ${Math.ceil(media.size / 1024)} KB`);
}

function picture(url) {
  const image = element("img", "picture");
  image.src = url;
  image.alt = "Picture";
  const whole = link(url, "");
  whole.append(image);
  return whole;
}

function playable(tag, kind, label, url) {
  const player = element(tag, kind);
  player.controls = true;
  player.preload = "metadata";
  player.src = url;
  player.setAttribute("aria-label", label);
  return player;
}

function place(list, item, seq) {
  const later = [...list.querySelectorAll(".message")].find((other) => Number(other.dataset.seq) > seq);
  list.insertBefore(item, later ?? null);
}

function separateDays(list) {
  list.querySelectorAll(".day").forEach((separator) => separator.remove());
  let last = "";
  for (const item of [...list.querySelectorAll(".message")]) {
    if (item.dataset.day !== last) item.before(element("li", "day", item.dataset.day));
    last = item.dataset.day;
  }
}

function day(moment) {
  const date = new Date(moment);
  const days = Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

export function element(name, className = "", content = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (content) made.textContent = content;
  return made;
}
