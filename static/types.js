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
 * @property {Verdict} verdict        what its rate is doing to it
 *
 * @typedef {"measuring" | "plateau" | "slow" | "healthy" | "overshooting" | "collapsed" | "diverged"} VerdictKind
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
 * @property {number} [units]
 *
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} type
 * @property {number[]} input_shape
 * @property {number[]} output_shape
 * @property {number[] | null} weight_shape
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
 * @property {string | null} failure
 * @property {number | null} restart_step  where `restart` goes on after a failure
 * @property {number} run
 * @property {number | null} steps_per_second  asked for; null: as fast as it goes
 * @property {number} frames_per_second
 * @property {Config} config
 * @property {Dataset} dataset
 * @property {Layer[]} layers
 * @property {Lane[]} lanes
 * @property {{step: number, target: number} | null} catching_up  new lanes, on their way to where the others wait
 * @property {{reason: "step" | "accuracy" | "divergence", step: number, lane: string | null} | null} stopped  why it has paused by itself
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
 * @typedef {object} ServerError
 * @property {"error"} type
 * @property {string | null} about
 * @property {string} message
 *
 * The loss of one batch along the update that it led to.
 * @typedef {object} LossLine
 * @property {"line"} type
 * @property {number} run
 * @property {string} lane
 * @property {number} step
 * @property {number} learning_rate
 * @property {number[]} multiples  of the update, rising; 1 is where the step went
 * @property {(number | null)[]} losses  null: infinite
 * @property {number} best  the multiple at the minimum
 * @property {"longest" | "shortest" | null} bound
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
 * @typedef {LossLine | BatchLens | RangeTest} Finding
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
