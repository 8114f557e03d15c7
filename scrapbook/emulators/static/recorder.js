// Records a memo with the microphone.

const KINDS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

export class Recorder {
  constructor(button, { onSound, onProblem }) {
    this.button = button;
    this.onSound = onSound;
    this.onProblem = onProblem;
    this.kind = globalThis.MediaRecorder && KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    button.hidden = !this.kind || !navigator.mediaDevices;
    button.addEventListener("click", () => (this.running ? this.running.stop() : this.start()));
  }

  async start() {
    this.button.disabled = true;
    try {
      this.record(await navigator.mediaDevices.getUserMedia({ audio: true }));
    } catch {
      this.onProblem("The microphone cannot be used.");
    } finally {
      this.button.disabled = false;
    }
  }

  record(microphone) {
    const parts = [];
    this.running = new MediaRecorder(microphone, { mimeType: this.kind });
    this.running.addEventListener("dataavailable", (event) => parts.push(event.data));
    this.running.addEventListener("stop", () => this.stopped(microphone, parts));
    this.running.start();
    this.show("Stop recording");
  }

  stopped(microphone, parts) {
    this.running = null;
    microphone.getTracks().forEach((track) => track.stop());
    this.show("Record a sound");
    this.onSound(new File(parts, "Memo", { type: this.kind }));
  }

  show(label) {
    this.button.classList.toggle("recording", Boolean(this.running));
    this.button.setAttribute("aria-label", label);
    this.button.title = label;
  }
}
