/**
 * The shapes of what the server says and of what a viewer may say (docs/protocol.md). Types only: nothing runs here.
 * Written by `python -m kernelscope.api.types` from the server's own types: change those.
 *
 * Adam (Kingma and Ba 2015, algorithm 1): W ← W − lr·m̂ / (√v̂ + epsilon).
 * @typedef {object} Adam
 * @property {number} beta1
 * @property {number} beta2
 * @property {number} epsilon
 * @property {number} weight_decay
 * @property {"adam"} type
 *
 * Adam with decoupled decay: W ← W − lr·(m̂ / (√v̂ + epsilon) + weight_decay·W), where g = ∂L/∂W alone.
 * @typedef {object} AdamW
 * @property {number} beta1
 * @property {number} beta2
 * @property {number} epsilon
 * @property {number} weight_decay
 * @property {"adamw"} type
 *
 * What is done at random to each training image; it does nothing by default.
 * @typedef {object} Augmentation
 * @property {number} shift
 * @property {boolean} flip
 * @property {number} crop
 *
 * Average-pooling over windows of `size` = (rows, cols), `stride` apart (default: `size`, side by side).
 * @typedef {object} AveragePool
 * @property {string} name
 * @property {number[]} size
 * @property {number[] | null} stride
 * @property {"avgpool"} type
 *
 * What a source can do. The server refuses anything else, and pages do not offer it.
 * @typedef {object} Capabilities
 * @property {string[]} commands
 * @property {string[]} studies
 * @property {string[]} quantities
 * @property {boolean} checkpoints
 *
 * The progress of lanes that are catching up.
 * @typedef {object} CatchingUp
 * @property {number} step
 * @property {number} target
 *
 * The full rate at every step.
 * @typedef {object} Constant
 * @property {number} warm_up
 * @property {"constant"} type
 *
 * Cross-correlation with `filters` filters of size `kernel` = (rows, cols), plus one bias per filter.
 * @typedef {object} Conv
 * @property {string} name
 * @property {number} filters
 * @property {number[]} kernel
 * @property {number[]} stride
 * @property {number[]} padding
 * @property {Init} init
 * @property {number[]} dilation
 * @property {number} groups
 * @property {"conv"} type
 *
 * One of Gaussian, He.
 * @typedef {object} Init
 * @property {number} [std]
 * @property {"gaussian" | "he"} type
 *
 * Cosine annealing from the full rate to the share `final` of it within `steps` steps, constant afterwards.
 * @typedef {object} Cosine
 * @property {number} warm_up
 * @property {number} steps
 * @property {number} final
 * @property {"cosine"} type
 *
 * A data set. `image_shape` is (channels, rows, cols). `centred`: each image by its ink's mass or extent.
 * @typedef {object} Dataset
 * @property {string} name
 * @property {string} title
 * @property {number} train_size
 * @property {number} test_size
 * @property {number[]} image_shape
 * @property {string[]} classes
 * @property {"" | "mass" | "extent"} centred
 * @property {string} preparation
 * @property {"shipped" | "download" | "own"} origin
 *
 * A fully connected layer: each output is a weighted sum of all inputs, plus a bias.
 * @typedef {object} Dense
 * @property {string} name
 * @property {number} units
 * @property {Init} init
 * @property {"dense"} type
 *
 * Drops a `share` of all values, at random, in training only.
 * @typedef {object} Dropout
 * @property {string} name
 * @property {number} share
 * @property {"dropout"} type
 *
 * A change of a weight by hand, which can be undone.
 * @typedef {object} Edit
 * @property {string} lane
 * @property {Weight} weight
 * @property {number} step
 * @property {number} before
 * @property {number} after
 *
 * All settings of an experiment. They determine the trained weights, bit for bit, on the same machine.
 * @typedef {object} Config
 * @property {string} dataset  a name that GET /api/datasets lists
 * @property {"none" | "local" | "standard"} preparation  of every image that a network sees; default: as usual with the data set
 * @property {Augmentation} augmentation  of training images in training, at random, before they are prepared
 * @property {number} seed  seed of all that is random: initial weights, batches and so on
 * @property {number} batch_size
 * @property {number} test_every  steps between evaluations of the test set
 * @property {LayerSpec[]} architecture
 * @property {LaneConfig[]} lanes
 * @property {Stop} stop  conditions for an automatic pause
 *
 * One of Conv, ReLU, LeakyReLU, Tanh, Sigmoid, GELU, MaxPool, AveragePool, GlobalMaxPool, GlobalAveragePool, Dropout, Dense.
 * @typedef {object} LayerSpec
 * @property {string} name
 * @property {number} [filters]
 * @property {number[]} [kernel]
 * @property {number[] | null} [stride]
 * @property {number[]} [padding]
 * @property {Init} [init]
 * @property {number[]} [dilation]
 * @property {number} [groups]
 * @property {"conv" | "relu" | "leaky" | "tanh" | "sigmoid" | "gelu" | "pool" | "avgpool" | "globalmax" | "globalavg" | "dropout" | "dense"} type
 * @property {number} [slope]
 * @property {number[]} [size]
 * @property {number} [share]
 * @property {number} [units]
 *
 * The Gaussian error linear unit, x weighted by about the share of the normal distribution below it (tanh form).
 * @typedef {object} GELU
 * @property {string} name
 * @property {"gelu"} type
 *
 * Normal with mean 0 and a fixed standard deviation.
 * @typedef {object} Gaussian
 * @property {number} std
 * @property {"gaussian"} type
 *
 * The average of each map.
 * @typedef {object} GlobalAveragePool
 * @property {string} name
 * @property {"globalavg"} type
 *
 * The largest value of each map; in a tie the first place, row by row, takes the whole gradient, as in PyTorch.
 * @typedef {object} GlobalMaxPool
 * @property {string} name
 * @property {"globalmax"} type
 *
 * Normal with mean 0 and variance 2 / fan-in (He et al. 2015, "Delving Deep into Rectifiers", eq. 10).
 * @typedef {object} He
 * @property {"he"} type
 *
 * Settings of one lane: a network's optimizer and learning rate, and what else it has of its own.
 * @typedef {object} LaneConfig
 * @property {string} id  default: A, B, C … by place
 * @property {string} name  display name; the id if empty
 * @property {number} learning_rate
 * @property {Optimizer} optimizer
 * @property {Schedule} schedule
 * @property {Init | null} init  initialisation of all layers with weights; null: the network's own
 * @property {"relu" | "leaky" | "tanh" | "sigmoid" | "gelu" | null} activation  in place of all activations; null: the network's own
 * @property {number | null} batch  the first images of each batch that it sees; null: all
 *
 * One of SGD, Adam, AdamW.
 * @typedef {object} Optimizer
 * @property {number} [momentum]
 * @property {number} weight_decay
 * @property {boolean} [nesterov]
 * @property {"sgd" | "adam" | "adamw"} type
 * @property {number} [beta1]
 * @property {number} [beta2]
 * @property {number} [epsilon]
 *
 * One of Constant, StepDecay, Cosine.
 * @typedef {object} Schedule
 * @property {number} warm_up
 * @property {"constant" | "step" | "cosine"} type
 * @property {number} [every]
 * @property {number} [factor]
 * @property {number} [steps]
 * @property {number} [final]
 *
 * A lane as it is now. Unless it is `training`, `step` and `cause` say since when and why, `reason` in English.
 * @typedef {object} Lane
 * @property {string} id
 * @property {number} learning_rate
 * @property {Layer[] | null} layers
 * @property {"training" | "diverged" | "collapsed"} status
 * @property {number | null} step
 * @property {string | null} cause
 * @property {string | null} reason
 * @property {Verdict} verdict
 *
 * A layer of a network. Shapes are (channels, rows, cols); `weight_shape` is [out, in, row, col] or [out, in].
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} type
 * @property {number[]} input_shape
 * @property {number[]} output_shape
 * @property {number[] | null} weight_shape
 * @property {number[] | null} kernel_shape
 * @property {Window} window
 * @property {boolean} always_shown
 * @property {boolean} activates
 * @property {boolean} gates
 * @property {boolean} responds
 * @property {string} summary
 * @property {number} parameters
 *
 * x where x > 0, else `slope` · x.
 * @typedef {object} LeakyReLU
 * @property {string} name
 * @property {number} slope
 * @property {"leaky"} type
 *
 * Max-pooling over windows of `size` = (rows, cols), `stride` apart (default: `size`, side by side).
 * @typedef {object} MaxPool
 * @property {string} name
 * @property {number[]} size
 * @property {number[] | null} stride
 * @property {"pool"} type
 *
 * A step that is being made stage by stage.
 * @typedef {object} Phases
 * @property {number} done
 * @property {number} of
 *
 * max(0, x); the gradient passes where x > 0.
 * @typedef {object} ReLU
 * @property {string} name
 * @property {"relu"} type
 *
 * Gradient descent: W ← W − lr·v, with v ← momentum·v + g and g = ∂L/∂W + weight_decay·W; v = g at first.
 * @typedef {object} SGD
 * @property {number} momentum
 * @property {number} weight_decay
 * @property {boolean} nesterov
 * @property {"sgd"} type
 *
 * The logistic function 1 / (1 + e⁻ˣ), from 0 to 1.
 * @typedef {object} Sigmoid
 * @property {string} name
 * @property {"sigmoid"} type
 *
 * Multiplication of the rate by `factor` after each `every` steps.
 * @typedef {object} StepDecay
 * @property {number} warm_up
 * @property {number} every
 * @property {number} factor
 * @property {"step"} type
 *
 * Conditions for an automatic pause. Each is an event: training resumed after it is not paused by it again.
 * @typedef {object} Stop
 * @property {number | null} step  pause after this step
 * @property {number | null} accuracy  pause as soon as a lane reaches this test accuracy
 * @property {boolean} divergence  pause as soon as a lane has diverged or collapsed
 *
 * The reason for an automatic pause.
 * @typedef {object} Stopped
 * @property {"step" | "accuracy" | "divergence"} reason
 * @property {number} step
 * @property {string | null} lane
 * @property {number | null} test_step
 *
 * The hyperbolic tangent, from −1 to 1.
 * @typedef {object} Tanh
 * @property {string} name
 * @property {"tanh"} type
 *
 * A run that another has taken the place of, and that `Undo` brings back.
 * @typedef {object} Undoable
 * @property {"reset" | "new_seed" | "add" | "remove" | "lanes" | "undo" | "redo"} of
 * @property {number} step
 * @property {number} run
 *
 * A kind of verdict, and the numbers that its sentence needs.
 * @typedef {object} Verdict
 * @property {"measuring" | "catching" | "slow" | "large" | "behind" | "swinging" | "above" | "plateau" | "converged" | "alone" | "working" | "still" | "collapsed" | "diverged"} kind
 * @property {Record<string, number | string | boolean | null>} numbers
 *
 * A single weight; in JSON ``{"layer": "conv1", "out": 3, "in": 0, "row": 2, "col": 4}``.
 * @typedef {object} Weight
 * @property {string} layer
 * @property {number} out
 * @property {number} in
 * @property {number} row
 * @property {number} col
 *
 * What each output of a layer sees of its input.
 * @typedef {object} Window
 * @property {number[]} size
 * @property {number[]} stride
 * @property {number[]} padding
 *
 * An experiment as it is now. The same object is sent over the WebSocket whenever something in it changes.
 * @typedef {object} Experiment
 * @property {"experiment"} type
 * @property {string} id
 * @property {string} name
 * @property {string} created
 * @property {"asleep" | "starting" | "paused" | "running" | "failed"} status
 * @property {string | null} failure
 * @property {"memory" | "data" | "error" | "killed" | "ended" | "silent" | "garbled" | null} failure_code
 * @property {number | null} restart_step
 * @property {number} run
 * @property {number | null} steps_per_second
 * @property {number} frames_per_second
 * @property {Config} config
 * @property {string} address
 * @property {Dataset} dataset
 * @property {Layer[]} layers
 * @property {Lane[]} lanes
 * @property {CatchingUp | null} catching_up
 * @property {Stopped | null} stopped
 * @property {Phases | null} phases
 * @property {"yes" | "untouched" | "full" | "failed"} kept
 * @property {Capabilities | null} capabilities
 * @property {number} edits
 * @property {Edit | null} last_edit
 * @property {Undoable | null} undo
 *
 * The `audience` message.
 * @typedef {object} Audience
 * @property {"audience"} type
 * @property {number} viewers
 * @property {boolean} control
 * @property {boolean} may_open
 *
 * One mistake in a request. `code` and `values` say the same as `message`, for clients with their own texts.
 * @typedef {object} Problem
 * @property {string} field
 * @property {unknown} value
 * @property {string} message
 * @property {string} code
 * @property {Record<string, string | number>} values
 *
 * The `error` message.
 * @typedef {object} ServerError
 * @property {"error"} type
 * @property {string | null} about
 * @property {string} message
 * @property {Problem[]} problems
 *
 * The `pong` message.
 * @typedef {object} Pong
 * @property {"pong"} type
 * @property {number} sent
 * @property {number} time
 *
 * A setting of a layer: a whole number, a pair (rows, cols), any number, or the initialisation of its weights.
 * @typedef {object} LayerField
 * @property {string} name
 * @property {"count" | "pair" | "number" | "init"} kind
 *
 * A type of layer, with its settings and an example to start from.
 * @typedef {object} LayerType
 * @property {string} type
 * @property {boolean} numbered_alone
 * @property {LayerField[]} fields
 * @property {LayerSpec} example
 *
 * The types of layers that networks for a data set can have, and networks to start from, one of them usual.
 * @typedef {object} Networks
 * @property {LayerType[]} types
 * @property {Record<string, LayerSpec[]>} networks
 * @property {string} usual
 *
 * What an experiment with some settings would be, or the problems with the settings.
 * @typedef {object} Settings
 * @property {string | null} address
 * @property {Layer[]} layers
 * @property {number} parameters
 * @property {Problem[]} problems
 *
 * All the mistakes in a request.
 * @typedef {object} Problems
 * @property {Problem[]} detail
 *
 * The answer of a server that is up.
 * @typedef {object} Health
 * @property {"ok"} status
 * @property {string} version
 *
 * An experiment in a list, with where it stands.
 * @typedef {object} Listed
 * @property {"experiment"} type
 * @property {string} id
 * @property {string} name
 * @property {string} created
 * @property {"asleep" | "starting" | "paused" | "running" | "failed"} status
 * @property {string | null} failure
 * @property {"memory" | "data" | "error" | "killed" | "ended" | "silent" | "garbled" | null} failure_code
 * @property {number | null} restart_step
 * @property {number} run
 * @property {number | null} steps_per_second
 * @property {number} frames_per_second
 * @property {Config} config
 * @property {string} address
 * @property {Dataset} dataset
 * @property {Layer[]} layers
 * @property {Lane[]} lanes
 * @property {CatchingUp | null} catching_up
 * @property {Stopped | null} stopped
 * @property {Phases | null} phases
 * @property {"yes" | "untouched" | "full" | "failed"} kept
 * @property {Capabilities | null} capabilities
 * @property {number} edits
 * @property {Edit | null} last_edit
 * @property {Undoable | null} undo
 * @property {number} step
 * @property {string | null} kept_at
 *
 * The download of a data set, of `size` bytes, of which `came` are here.
 * @typedef {object} Download
 * @property {number} size
 * @property {number} came
 * @property {boolean} here
 * @property {boolean} under_way
 * @property {string} found
 * @property {Problem | null} problem
 * @property {string} source
 * @property {string} licence
 *
 * A data set in the list, with the `bytes` that it takes in the data directory; null: it takes none.
 * @typedef {object} ListedDataset
 * @property {string} name
 * @property {string} title
 * @property {number} train_size
 * @property {number} test_size
 * @property {number[]} image_shape
 * @property {string[]} classes
 * @property {"" | "mass" | "extent"} centred
 * @property {string} preparation
 * @property {"shipped" | "download" | "own"} origin
 * @property {number | null} bytes
 * @property {boolean} mine
 * @property {Download | null} download
 *
 * The `class` message, the first one: whether this page is the one that others follow, and whether it may vote.
 * @typedef {object} ClassGreeting
 * @property {"class"} type
 * @property {boolean} leads
 * @property {boolean} votes
 *
 * The `attendance` message, for the teacher's page: how many of the students' pages follow, and how many don't.
 * @typedef {object} Attendance
 * @property {"attendance"} type
 * @property {number} following
 * @property {number} wandering
 *
 * The `lesson` message: what the teacher's page shows.
 * @typedef {object} Lesson
 * @property {"lesson"} type
 * @property {string} experiment
 * @property {Record<string, string>} settings
 *
 * What the teacher's pointer is on: a cell of the board, or a point within an element of the page.
 * @typedef {object} Place
 * @property {string | null} cell
 * @property {string | null} element
 * @property {number} band
 * @property {number} x
 * @property {number} y
 *
 * The `pointed` message: what the teacher points at.
 * @typedef {object} Pointed
 * @property {"pointed"} type
 * @property {Place | null} at
 *
 * A question with its tally, as one page sees it: `mine` is its own answer; `missed`: the step went by unseen.
 * @typedef {object} Tally
 * @property {number} number
 * @property {string} experiment
 * @property {string} lane
 * @property {Weight} weight
 * @property {number} run
 * @property {number} step
 * @property {boolean} open
 * @property {number} up
 * @property {number} down
 * @property {"up" | "down" | null} mine
 * @property {number | null} before
 * @property {number | null} after
 * @property {boolean} missed
 *
 * The `question` message; null: there is none.
 * @typedef {object} Question
 * @property {"question"} type
 * @property {Tally | null} question
 *
 * An acknowledgement of the first `message` binary messages.
 * @typedef {object} Ack
 * @property {"ack"} type
 * @property {number} message
 *
 * Start a learning rate range test with this lane's optimizer, in place of one that may be under way.
 * @typedef {object} BeginRangeTest
 * @property {string} lane
 * @property {"range_test"} type
 *
 * Give up the lanes that are catching up; no effect where there are none.
 * @typedef {object} Cancel
 * @property {"cancel"} type
 *
 * End the range test; no effect where none is under way.
 * @typedef {object} CancelRangeTest
 * @property {"cancel_range_test"} type
 *
 * The measures of a filter in a lane over the run, and the events of all filters of this lane.
 * @typedef {object} EmergenceSubject
 * @property {string} lane  default: A, B, C … by place
 * @property {string} layer
 * @property {number} out
 * @property {"emergence"} kind
 *
 * Train to the end of the epoch, then pause.
 * @typedef {object} Epoch
 * @property {"epoch"} type
 *
 * The predictions of all lanes for the test set.
 * @typedef {object} ErrorsSubject
 * @property {"errors"} kind
 *
 * A kernel at some of the recorded steps, in every lane.
 * @typedef {object} FilmSubject
 * @property {Kernel} kernel
 * @property {number} frames
 * @property {"film"} kind
 *
 * The same at some of the recorded steps, from the first to the newest and denser at first: how it formed.
 * @typedef {object} FormationSubject
 * @property {string} lane  default: A, B, C … by place
 * @property {string} layer
 * @property {number} out
 * @property {boolean} jitter
 * @property {boolean} blur
 * @property {boolean} norm
 * @property {number} frames
 * @property {"formation"} kind
 *
 * An image of the data set, or a viewer's picture.
 * @typedef {object} ImageSubject
 * @property {number} image
 * @property {"image"} kind
 *
 * A two-dimensional slice of a layer's weights; in JSON ``{"layer": "conv1", "out": 3, "in": 0}``.
 * @typedef {object} Kernel
 * @property {string} layer
 * @property {number} out
 * @property {number} in
 *
 * The batch lens of a lane, seen through one kernel.
 * @typedef {object} LensSubject
 * @property {string} lane  default: A, B, C … by place
 * @property {Kernel} kernel
 * @property {"lens"} kind
 *
 * The history of a weight in every lane.
 * @typedef {object} LifeSubject
 * @property {Weight} weight
 * @property {"life"} kind
 *
 * The loss along the last update of a lane.
 * @typedef {object} LineSubject
 * @property {string} lane  default: A, B, C … by place
 * @property {"line"} kind
 *
 * The picture that would excite a filter of a lane most, with its present weights.
 * @typedef {object} MaximisationSubject
 * @property {string} lane  default: A, B, C … by place
 * @property {string} layer
 * @property {number} out
 * @property {boolean} jitter
 * @property {boolean} blur
 * @property {boolean} norm
 * @property {"maximisation"} kind
 *
 * Go back to step 0 with other initial weights and batches, paused.
 * @typedef {object} NewSeed
 * @property {number | null} [seed]
 * @property {"new_seed"} type
 *
 * The noise of a filter's gradient in a lane's last step.
 * @typedef {object} NoiseSubject
 * @property {string} lane  default: A, B, C … by place
 * @property {string} layer
 * @property {number} out
 * @property {"noise"} kind
 *
 * A picture, in JSON ``{"levels": "AAEC…", "label": 3}``.
 * @typedef {object} OwnImage
 * @property {string} levels
 * @property {number | null} [label]
 *
 * The kernels after the last recorded step up to `at`, and what they make of an image.
 * @typedef {object} PastSubject
 * @property {number} at
 * @property {Shown} [shown]
 * @property {number | null} [image]
 * @property {"past"} kind
 *
 * The best patches of the filters of a layer in a lane: of up to `MOST_FILTERS`, from `first` on.
 * @typedef {object} PatchesSubject
 * @property {string} lane  default: A, B, C … by place
 * @property {string} layer
 * @property {number} [first]
 * @property {"patches"} kind
 *
 * Stop before the next step.
 * @typedef {object} Pause
 * @property {"pause"} type
 *
 * Make one stage of a step, then pause.
 * @typedef {object} Phase
 * @property {"phase"} type
 *
 * Some test images.
 * @typedef {object} PicturesSubject
 * @property {number[]} images
 * @property {"pictures"} kind
 *
 * A request for the server's time.
 * @typedef {object} Ping
 * @property {"ping"} type
 * @property {number} sent
 *
 * Go back to step 0 with the same initial weights, paused.
 * @typedef {object} Reset
 * @property {"reset"} type
 *
 * After a failure, resume from the last checkpoint with another source, paused. The server handles it itself.
 * @typedef {object} Restart
 * @property {"restart"} type
 *
 * The saliency of an image's pixels for a class's logit in a lane.
 * @typedef {object} SaliencySubject
 * @property {string} lane  default: A, B, C … by place
 * @property {number} image
 * @property {"label" | "top" | number} [of]
 * @property {"saliency"} kind
 *
 * Set the most snapshots per second.
 * @typedef {object} SetFrameRate
 * @property {number} frames_per_second
 * @property {"set_frame_rate"} type
 *
 * Replace the lanes. A new run starts once those that are new have caught up with the others.
 * @typedef {object} SetLanes
 * @property {WantedLane[]} lanes
 * @property {"set_lanes"} type
 *
 * Set the learning rate of a lane, from the next step on.
 * @typedef {object} SetLearningRate
 * @property {string} lane
 * @property {number} rate
 * @property {"set_learning_rate"} type
 *
 * Set the speed; None: as fast as possible.
 * @typedef {object} SetSpeed
 * @property {number | null} steps_per_second
 * @property {"set_speed"} type
 *
 * Set the conditions under which training pauses by itself.
 * @typedef {object} SetStop
 * @property {Stop} stop
 * @property {"set_stop"} type
 *
 * Change one weight of a lane by hand.
 * @typedef {object} SetWeight
 * @property {string} lane  default: A, B, C … by place
 * @property {Weight} weight
 * @property {number} value
 * @property {"set_weight"} type
 *
 * A request to send snapshots, or to send none.
 * @typedef {object} Show
 * @property {"show"} type
 * @property {boolean} snapshots
 *
 * The contents of a snapshot besides the parameters and gradients of the conv layers.
 * @typedef {object} Shown
 * @property {string[]} [quantities]
 * @property {string[]} [layers]
 *
 * Train until paused.
 * @typedef {object} Start
 * @property {"start"} type
 *
 * Make exactly one step, then pause.
 * @typedef {object} Step
 * @property {"step"} type
 *
 * The pass of an image through a lane.
 * @typedef {object} TraceSubject
 * @property {string} lane  default: A, B, C … by place
 * @property {number} image
 * @property {"trace"} kind
 *
 * Go back, paused, to the run that another has taken the place of; no effect where it is not kept (any longer).
 * @typedef {object} Undo
 * @property {number} run
 * @property {"undo"} type
 *
 * Undo the last change by hand; no effect where there is none, or a step has been made since.
 * @typedef {object} UndoWeight
 * @property {"undo_weight"} type
 *
 * What a viewer wants besides scalars and plain snapshots. It replaces the previous one.
 * @typedef {object} Want
 * @property {"want"} type
 * @property {(LineSubject | LensSubject | WeightSubject | LifeSubject | TraceSubject | FilmSubject | PastSubject | NoiseSubject | ImageSubject | PatchesSubject | MaximisationSubject | FormationSubject | SaliencySubject | ErrorsSubject | PicturesSubject | EmergenceSubject)[]} [subjects]
 * @property {Shown} [shown]
 * @property {Kernel | null} [kernel]
 * @property {Kernel | null} [pointed]
 * @property {Kernel[]} [also]
 * @property {number | null} [image]
 * @property {OwnImage | null} [own]
 *
 * A lane to have, and the present lane whose training it continues, where that has another id.
 * @typedef {object} WantedLane
 * @property {string} id  default: A, B, C … by place
 * @property {string} [name]  display name; the id if empty
 * @property {number} learning_rate
 * @property {Optimizer} [optimizer]
 * @property {Schedule} [schedule]
 * @property {Init | null} [init]  initialisation of all layers with weights; null: the network's own
 * @property {"relu" | "leaky" | "tanh" | "sigmoid" | "gelu" | null} [activation]  in place of all activations; null: the network's own
 * @property {number | null} [batch]  the first images of each batch that it sees; null: all
 * @property {string | null} [copy_of]
 *
 * One weight of a lane in its last step.
 * @typedef {object} WeightSubject
 * @property {string} lane  default: A, B, C … by place
 * @property {Weight} weight
 * @property {number | null} [image]
 * @property {"weight"} kind
 *
 * @typedef {Start | Pause | Step | Reset | Phase | Epoch | Cancel | CancelRangeTest | UndoWeight | Undo | NewSeed | SetLearningRate | SetLanes | SetSpeed | SetFrameRate | SetStop | BeginRangeTest | SetWeight | Restart | Ack | Show | Want | Ping} ViewerMessage
 *
 * The teacher's question whether a weight will go up or down in the step after `step`.
 * @typedef {object} Ask
 * @property {"ask"} type
 * @property {string} experiment
 * @property {string} lane
 * @property {Weight} weight
 * @property {number} run
 * @property {number} step
 *
 * The teacher takes no more answers.
 * @typedef {object} Close
 * @property {"close"} type
 *
 * The teacher puts the question away.
 * @typedef {object} Dismiss
 * @property {"dismiss"} type
 *
 * What the teacher's page shows: an experiment, and the settings of the view as its address has them.
 * @typedef {object} Lead
 * @property {"lead"} type
 * @property {string} experiment
 * @property {Record<string, string>} settings
 *
 * What the teacher points at; null: at nothing any longer.
 * @typedef {object} Point
 * @property {"point"} type
 * @property {Place | null} at
 *
 * An answer to the question of this number. Until that is closed, it may be changed.
 * @typedef {object} Vote
 * @property {"vote"} type
 * @property {number} question
 * @property {"up" | "down"} answer
 *
 * Whether this page looks around by itself instead of following.
 * @typedef {object} Wander
 * @property {"wander"} type
 * @property {boolean} wanders
 *
 * @typedef {Lead | Point | Ask | Close | Dismiss | Wander | Vote} ClassMessage
 */

export {};
