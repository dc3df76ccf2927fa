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
