/**
 * The shapes of what the server says, as docs/protocol.md gives them. Types only: nothing runs here.
 *
 * @typedef {"asleep" | "starting" | "paused" | "running" | "failed"} ExperimentStatus
 * @typedef {"training" | "diverged" | "collapsed"} LaneStatus
 *
 * @typedef {object} Optimizer
 * @property {string} type
 * @property {number} [momentum]
 * @property {boolean} [nesterov]
 * @property {number} [weight_decay]
 * @property {number} [beta1]
 * @property {number} [beta2]
 * @property {number} [epsilon]
 *
 * @typedef {{type: string, warm_up: number} & Record<string, number | string>} Schedule
 *
 * @typedef {object} LaneConfig
 * @property {string} id
 * @property {string} name            what people call it; the id where it is empty
 * @property {number} learning_rate   the schedule has a share of it for each step
 * @property {Optimizer} optimizer
 * @property {Schedule} schedule
 *
 * @typedef {object} Lane
 * @property {string} id
 * @property {number} learning_rate   the rate now
 * @property {LaneStatus} status
 * @property {number | null} step
 * @property {string | null} cause
 * @property {string | null} reason
 * @property {Verdict} verdict        what its newest test says
 *
 * @typedef {"measuring" | "catching" | "slow" | "large" | "behind" | "swinging" | "above" | "plateau" | "converged" | "alone" | "working" | "still" | "collapsed" | "diverged"} VerdictKind
 *
 * @typedef {object} Verdict
 * @property {VerdictKind} kind
 * @property {Record<string, number | string | boolean | null>} numbers  an infinite one is null
 *
 * @typedef {object} LayerSpec
 * @property {string} type
 * @property {string} name
 * @property {number} [filters]
 * @property {number[]} [kernel]
 * @property {number[]} [stride]
 * @property {number[]} [padding]
 * @property {number} [units]
 * @property {number[]} [size]
 * @property {{type: string, std?: number}} [init]
 *
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} type
 * @property {number[]} input_shape
 * @property {number[]} output_shape
 * @property {number[] | null} weight_shape
 * @property {number[] | null} kernel_shape  [out, in, row, col]; null: it has no kernels
 * @property {boolean} always_shown  its kernels are in every picture; those of others only where somebody wants them
 * @property {boolean} gates         it lets through what is positive
 * @property {string} summary        what tells it in one glance; empty: it goes without saying
 * @property {number} parameters
 *
 * @typedef {object} Dataset
 * @property {string} name
 * @property {string} title
 * @property {number} train_size
 * @property {number} test_size
 * @property {number[]} image_shape
 * @property {string[]} classes
 *
 * @typedef {object} Config
 * @property {string} dataset
 * @property {number} seed
 * @property {number} batch_size
 * @property {number} test_every
 * @property {LayerSpec[]} architecture
 * @property {LaneConfig[]} lanes
 * @property {Stop} stop
 *
 * When to pause by itself.
 * @typedef {object} Stop
 * @property {number | null} step
 * @property {number | null} accuracy  a share
 * @property {boolean} divergence
 *
 * @typedef {object} Experiment
 * @property {"experiment"} type
 * @property {string} id
 * @property {string} created
 * @property {ExperimentStatus} status
 * @property {string | null} failure        why, in English
 * @property {string | null} failure_code   why, for which the page has words
 * @property {number | null} restart_step  where `restart` goes on after a failure
 * @property {number} run
 * @property {number | null} steps_per_second  asked for; null: as fast as it goes
 * @property {number} frames_per_second
 * @property {Config} config
 * @property {string} address         the query that opens an experiment with this configuration
 * @property {Dataset} dataset
 * @property {Layer[]} layers
 * @property {Lane[]} lanes
 * @property {{step: number, target: number} | null} catching_up  new lanes, on their way to where the others wait
 * @property {{reason: "step" | "accuracy" | "divergence", step: number, lane: string | null, test_step: number | null} | null} stopped  why it has paused by itself
 * @property {{done: number, of: number} | null} phases  a step that is under way in phases
 * @property {"yes" | "untouched" | "full" | "failed"} kept whether it outlives the server, and if not, why
 * @property {number} edits  weights of this run that were changed by hand
 * @property {{commands: string[], studies: string[], quantities: string[], checkpoints: boolean} | null} capabilities  of where its numbers come from
 * @property {{lane: string, weight: Cell & {layer: string}, step: number, before: number, after: number} | null} last_edit
 *
 * @typedef {object} Audience
 * @property {"audience"} type
 * @property {number} viewers  this one among them
 * @property {boolean} control
 * @property {boolean} may_open
 *
 * @typedef {object} Pong
 * @property {"pong"} type
 * @property {number} sent
 * @property {number} time
 *
 * One thing that is wrong: its words are those of `code`, with places for `values`; `message` says the same in English.
 * @typedef {object} Problem
 * @property {string} field
 * @property {unknown} value
 * @property {string} message
 * @property {string} code
 * @property {Record<string, string | number>} values
 *
 * @typedef {object} ServerError
 * @property {"error"} type
 * @property {string | null} about
 * @property {string} message
 * @property {Problem[]} problems
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
 *
 * A streamed layer: its weights have the shape [out, in, rows, cols].
 * @typedef {object} KernelShape
 * @property {number} out
 * @property {number} in
 * @property {number} rows
 * @property {number} cols
 *
 * One weight of one layer, seen in one lane.
 * @typedef {object} Cell
 * @property {number} out
 * @property {number} in
 * @property {number} row
 * @property {number} col
 *
 * Of each weight: itself, ∂L/∂W, what the last update added to it, what it was before, how far it has moved from the start,
 * and how far it lies from that of another lane.
 * @typedef {"weight" | "gradient" | "update" | "before" | "moved" | "apart"} Quantity
 * @typedef {"light" | "dark"} Theme
 */

export {};
