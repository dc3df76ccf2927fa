import { pictureOf, Unusable } from "./files.js";

/** The camera, switched on only after it was asked for, and off again as soon as it isn't looked through. */
export class Camera {
  /** Whether a page may ask for one: not over plain HTTP from another machine. */
  static get isThere() {
    return "mediaDevices" in navigator;
  }

  /** @param {HTMLVideoElement} video */
  constructor(video) {
    this.video = video;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** Counts what was begun and ended, to notice that it was ended while it was asked for. */
    this.turn = 0;
  }

  get isOn() {
    return this.stream !== null;
  }

  /** @throws {Unusable} there is none, or the user doesn't allow it */
  async begin() {
    const turn = ++this.turn;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (error) {
      if (turn !== this.turn) return; // nobody waits for it any more
      throw new Unusable(error instanceof DOMException && error.name === "NotAllowedError" ? "pad.camera.refused" : "pad.camera.none");
    }
    if (turn !== this.turn) {
      stop(stream);
      return;
    }
    this.stream = stream;
    this.video.srcObject = stream;
    this.video.hidden = false;
    // Rejects where it is ended before its first picture.
    await this.video.play().catch(() => {});
  }

  /** What it sees now. */
  take() {
    const { video } = this;
    return video.videoWidth > 0 ? pictureOf(video, video.videoWidth, video.videoHeight) : null;
  }

  end() {
    this.turn += 1;
    if (this.stream) stop(this.stream);
    this.stream = null;
    this.video.srcObject = null;
    this.video.hidden = true;
  }
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}
