/**
 * Points of a line without neighbours, which a line alone would not show: a run's only step, or one between two gaps. Pure.
 *
 * @param {ArrayLike<number | null | undefined>} values null: a gap; undefined: no point of this line
 * @returns {number[]} their places
 */
export function lonePoints(values) {
  /** @type {number[]} */
  const lone = [];
  let begun = -1;
  let length = 0;
  const end = () => {
    if (length === 1) lone.push(begun);
    length = 0;
  };
  for (let point = 0; point < values.length; point += 1) {
    const value = values[point];
    if (value === undefined) continue;
    if (value === null || Number.isNaN(value)) {
      end();
      continue;
    }
    if (length === 0) begun = point;
    length += 1;
  }
  end();
  return lone;
}
