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
 * @typedef {object} LaneConfig
 * @property {string} id
 * @property {number} learning_rate   the rate that the lane was opened with
 * @property {Optimizer} optimizer
 *
 * @typedef {object} Lane
 * @property {string} id
 * @property {number} learning_rate   the rate now
 * @property {LaneStatus} status
 * @property {number | null} step
 * @property {string | null} cause
 * @property {string | null} reason
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
 * @typedef {"weight" | "gradient"} Quantity
 * @typedef {"light" | "dark"} Theme
 */

export {};
