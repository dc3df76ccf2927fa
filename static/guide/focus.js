/**
 * The focus: a click on a control gives it the focus in every browser (Safari, and Firefox on macOS, leave it where it was), and a
 * control remembers whether the Tab key has brought somebody there.
 */

/** Controls that a click activates, and that some browsers don't focus then. */
const CLICKED = 'button, summary, input:is([type="checkbox"], [type="radio"], [type="range"])';

export class Focus {
  constructor() {
    /** Reached by Tab, and not touched by a pointer since. @type {WeakSet<Element>} */
    this.reached = new WeakSet();
    /** Whether the Tab key is down: what gets the focus meanwhile, gets it from there. */
    this.tabbing = false;
    const capture = { capture: true };
    document.addEventListener("keydown", ({ key }) => (this.tabbing = key === "Tab"), capture);
    document.addEventListener("keyup", () => (this.tabbing = false), capture);
    document.addEventListener("focusin", ({ target }) => this.#focused(target), capture);
    document.addEventListener("pointerdown", ({ target }) => this.#touched(target), capture);
    // Before the control's own listeners: one that opens a dialog gets the focus back when that closes.
    document.addEventListener("click", (event) => this.#clicked(event), capture);
  }

  /**
   * Whether a control was reached by the keyboard and visibly has the focus.
   * @param {Element} control
   */
  isReached(control) {
    return this.reached.has(control) && control.matches(":focus-visible");
  }

  /** @param {EventTarget | null} target */
  #focused(target) {
    if (this.tabbing && target instanceof Element) this.reached.add(target);
  }

  /** @param {EventTarget | null} target */
  #touched(target) {
    this.tabbing = false;
    const control = controlOf(target);
    if (control) this.reached.delete(control);
  }

  /** @param {MouseEvent} event */
  #clicked({ target, detail }) {
    const control = controlOf(target);
    // A click by a key or a script has no count.
    if (!control || detail === 0 || control.contains(document.activeElement)) return;
    control.focus(/** @type {FocusOptions} */ ({ preventScroll: true, focusVisible: false }));
  }
}

/**
 * @param {EventTarget | null} target
 * @returns {HTMLElement | null}
 */
function controlOf(target) {
  const control = target instanceof Element ? target.closest(CLICKED) : null;
  return control instanceof HTMLElement ? control : null;
}
