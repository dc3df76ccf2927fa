/**
 * Which lanes are in sight, of those that lie side by side in the scrolled board: the pictures of the others needn't be painted while
 * training goes on. A lane counts as seen until the browser has said that it isn't.
 */

/** How near a lane comes before it counts as seen: the browser says so a frame late. */
const NEAR = "0px 64px";

export class Sight {
  /**
   * @param {Element} board the scrolled element
   * @param {() => void} onSeen called when lanes have come into sight
   */
  constructor(board, onSeen) {
    /** @type {Set<Element>} */
    this.unseen = new Set();
    this.observer = new IntersectionObserver(
      (entries) => {
        const before = this.unseen.size;
        for (const { target } of entries.filter(({ isIntersecting }) => isIntersecting)) this.unseen.delete(target);
        const came = this.unseen.size < before;
        for (const { target } of entries.filter(({ isIntersecting }) => !isIntersecting)) this.unseen.add(target);
        if (came) onSeen();
      },
      { root: board, rootMargin: NEAR },
    );
  }

  /** @param {Element[]} columns of the lanes: all of them count as seen for now */
  watch(columns) {
    this.observer.disconnect();
    this.unseen.clear();
    for (const column of columns) this.observer.observe(column);
  }

  /** @param {Element} column */
  sees(column) {
    return !this.unseen.has(column);
  }
}
