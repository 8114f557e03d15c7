// The attachments of the next message.

import { element } from "./bubbles.js";

export class Attachments {
  constructor(input, list) {
    this.input = input;
    this.list = list;
    this.files = [];
    input.addEventListener("change", () => this.take([...input.files]));
  }

  take(files) {
    this.files.push(...files);
    this.input.value = "";
    this.render();
  }

  clear() {
    this.files = [];
    this.render();
  }

  remove(file) {
    this.files = this.files.filter((other) => other !== file);
    this.render();
    this.input.focus();
  }

  render() {
    this.list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    this.list.replaceChildren(...this.files.map((file) => this.chip(file)));
    this.list.hidden = this.files.length === 0;
  }

  chip(file) {
    const item = element("li", "chip");
    if (file.type.startsWith("image/")) item.append(preview(file));
    const remove = element("button", "", "×");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove ${file.name}`);
    remove.addEventListener("click", () => this.remove(file));
    item.append(element("span", "name", file.name), remove);
    return item;
  }
}

function preview(file) {
  const image = element("img");
  image.src = URL.createObjectURL(file);
  image.alt = "";
  return image;
}
