/**
 * What studies have found, as docs/protocol.md gives it. Types only: nothing runs here.
 *
 * The loss of one batch along the update that it led to.
 * @typedef {object} LossCurve
 * @property {number[]} multiples  of the update, rising; 1 is where the step went
 * @property {(number | null)[]} losses  null: infinite
 * @property {number} best  the multiple at the minimum
 * @property {"longest" | "shortest" | null} bound
 *
 * The curve itself is that of the step's own batch; `others` that of some other training images.
 * @typedef {object} LineMembers
 * @property {"line"} type
 * @property {number} run
 * @property {string} lane
 * @property {number} step
 * @property {number} learning_rate
 * @property {LossCurve & {images: number}} others
 *
 * @typedef {LossCurve & LineMembers} LossLine
 *
 * One kernel's gradient from more and more images.
 * @typedef {object} BatchLens
 * @property {"lens"} type
 * @property {number} run
 * @property {string} lane
 * @property {number} step
 * @property {string} layer
 * @property {number} out
 * @property {number} in
 * @property {number[]} counts
 * @property {(number | null)[]} cosines
 * @property {(number | null)[]} kernel_cosines
 * @property {number} rows
 * @property {number} cols
 * @property {number[][]} gradients  a count each, row by row
 *
 * A learning-rate range test.
 * @typedef {object} RangeTest
 * @property {"range"} type
 * @property {number} run
 * @property {string} lane
 * @property {"running" | "done" | "cancelled"} status
 * @property {number} progress  0 to 1
 * @property {number[]} rates
 * @property {(number | null)[]} losses
 * @property {(number | null)[]} smoothed
 * @property {"diverged" | "collapsed" | "worse" | "swept" | null} end
 * @property {number | null} steepest
 * @property {number | null} lowest
 * @property {number | null} diverges
 * @property {{small: number, good: number, large: number} | null} lanes
 *
 * One weight of a lane in its last step: how it was updated.
 * @typedef {object} OneWeight
 * @property {"weight"} type
 * @property {number} run
 * @property {string} lane
 * @property {number} step
 * @property {string} layer
 * @property {number} out
 * @property {number} in
 * @property {number} row
 * @property {number} col
 * @property {number} lane_step  the lane's last, which is an earlier one where it has diverged
 * @property {number} before
 * @property {number | null} gradient
 * @property {number | null} learning_rate
 * @property {Record<string, number> | null} memory  what the optimizer remembered of it before the step
 * @property {number | null} update
 * @property {number} after
 * @property {number} now  another one where it was changed by hand since
 * @property {"no_step" | "no_batch" | "stopped" | null} missing  why there is no origin
 * @property {WeightOrigin | null} origin
 *
 * Where its gradient came from.
 * @typedef {object} WeightOrigin
 * @property {number | null} total
 * @property {number} positions
 * @property {{count: number, sum: number | null}} positive
 * @property {{count: number, sum: number | null}} negative
 * @property {(number | null)[]} shares  an image of the batch each
 * @property {number[]} labels
 * @property {WeightImage} image
 * @property {number | null} loss
 * @property {number | null} loss_updated
 * @property {number | null} loss_now
 * @property {{epsilon: number, below: number | null, above: number | null, slope: number | null, switches: number} | null} proof
 *
 * An array in base64 of little-endian float32, row by row.
 * @typedef {{shape: number[], data: string}} Packed
 * @typedef {{index: number, pixels: Packed, sensitivity: Packed, seen: Packed}} WeightImage
 *
 * The same weight in every lane over the run.
 * @typedef {object} WeightLife
 * @property {"life"} type
 * @property {number} run
 * @property {string} lane  empty
 * @property {number} step
 * @property {string} layer
 * @property {number} out
 * @property {number} in
 * @property {number} row
 * @property {number} col
 * @property {Record<string, {steps: number[], values: number[], gradients: (number | null)[]}>} lanes
 *
 * What one image does in a lane, layer by layer.
 * @typedef {object} Trace
 * @property {"trace"} type
 * @property {number} run
 * @property {string} lane
 * @property {number} step
 * @property {number} image
 * @property {number} images  of the probe
 * @property {number} label
 * @property {Packed} pixels
 * @property {Record<string, Packed>} forward
 * @property {number | null} loss
 * @property {(number | null)[] | null} probabilities  null in it: no finite number
 * @property {Record<string, Packed>} backward
 * @property {{step: number, against: number, along: number, unasked: number, still: number} | null} last_step  the lane's: how many
 *   parameters moved against their gradient, along it, without one, and not at all
 * @property {{done: number, images: number, batch_loss: number | null, gradients: Record<string, Packed>} | null} step_under_way
 *   `images`: of its mini-batch
 *
 * One kernel over the run, in every lane.
 * @typedef {object} Film
 * @property {"film"} type
 * @property {number} run
 * @property {string} lane  empty
 * @property {number} step
 * @property {string} layer
 * @property {number} out
 * @property {number} in
 * @property {number[]} kept   the steps of which all kernels can be had, rising
 * @property {number[]} steps  those of these kernels, rising
 * @property {Record<string, {weights: Packed}>} lanes  [step, row, col]
 *
 * All kernels as they were.
 * @typedef {object} Past
 * @property {"past"} type
 * @property {number} run
 * @property {string} lane   empty
 * @property {number} step   the newest then
 * @property {number} asked  the step that they were wanted of
 * @property {string} frame  a snapshot frame in base64
 *
 * @typedef {LossLine | BatchLens | RangeTest | OneWeight | WeightLife | Trace | Film | Past} Finding
 * @typedef {{line: LossLine | null, lens: BatchLens | null, range: RangeTest | null, weight: OneWeight | null, life: WeightLife | null, trace: Trace | null, film: Film | null, past: Past | null}} Findings
 */

export {};
