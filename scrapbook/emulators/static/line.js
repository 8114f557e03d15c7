// Requests to the server: sends messages, and waits for changes.

// Requests are short, because a server that stops waits for those that are open.
const WAIT_SECONDS = 2;
const PAUSES = [500, 1000, 2000, 4000]; // milliseconds

export class Refused extends Error {}

export async function send(number, body, files) {
  const media = await Promise.all(files.map(encoded));
  const response = await fetch("/phone/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ from: number, body, media }),
  });
  if (response.status >= 500) throw new Error(await response.text());
  if (!response.ok) throw new Refused(await response.text());
  return response.json();
}

// Calls onMessages and onState ("connected", "down") until the signal is aborted.
export async function listen(number, { onMessages, onState, onReset, signal }) {
  let [after, wait, failures] = [0, 0, 0];
  while (!signal.aborted) {
    try {
      const news = await fetchNews(number, after, wait, signal);
      [wait, failures] = [WAIT_SECONDS, 0];
      onState("connected");
      if (news.latest < after) {
        [after, wait] = [0, 0];
        onReset();
      } else if (news.messages.length) {
        after = news.messages.at(-1).changed;
        onMessages(news.messages);
      }
    } catch {
      if (signal.aborted) return;
      onState("down");
      await pause(PAUSES[Math.min(failures, PAUSES.length - 1)]);
      [wait, failures] = [0, failures + 1];
    }
  }
}

async function fetchNews(number, after, wait, signal) {
  const query = new URLSearchParams({ number, after, wait });
  const response = await fetch(`/phone/messages?${query}`, { signal, cache: "no-store" });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function encoded(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    reader.onload = () =>
      resolve({
        content_type: file.type || "application/octet-stream",
        content: reader.result.slice(reader.result.indexOf(",") + 1),
      });
    reader.readAsDataURL(file);
  });
}
