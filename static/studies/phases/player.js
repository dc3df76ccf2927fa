/**
 * Plays a step stage by stage: one is made, and when the time for it has passed and it has been shown, the next.
 *
 * Whatever else trains or resets the experiment ends the playing, and so does anything that hides it: nothing starts it again but its
 * own button.
 */

/** Messages after which the stages are no longer this player's. */
const OTHERS = new Set(["start", "pause", "step", "epoch", "reset", "new_seed", "restart", "set_lanes"]);

export class Player {
  /**
   * @param {{later: (callback: () => void, milliseconds: number) => unknown}} loop
   * @param {() => void} advance makes the next stage
   * @param {() => void} onChange called when it has begun or ended
   */
  constructor(loop, advance, onChange) {
    this.loop = loop;
    this.advance = advance;
    this.onChange = onChange;
    /** Seconds for each stage. */
    this.pace = 1;
    this.isPlaying = false;
    /** Counts beginnings and ends, so that a timer of earlier ones is ignored. */
    this.turn = 0;
    this.isShown = false;
    this.isOver = false;
  }

  begin() {
    if (this.isPlaying) return;
    this.isPlaying = true;
    this.onChange();
    this.#next();
  }

  end() {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    this.turn += 1;
    this.onChange();
  }

  /** The stage that was made is on the page. */
  shown() {
    this.isShown = true;
    this.#goOn();
  }

  /** @param {unknown} type of a message that is being sent */
  heard(type) {
    if (typeof type === "string" && OTHERS.has(type)) this.end();
  }

  #next() {
    this.turn += 1;
    const { turn } = this;
    this.isShown = this.isOver = false;
    this.advance();
    this.loop.later(() => {
      if (turn !== this.turn) return;
      this.isOver = true;
      this.#goOn();
    }, 1000 * this.pace);
  }

  #goOn() {
    if (this.isPlaying && this.isShown && this.isOver) this.#next();
  }
}
