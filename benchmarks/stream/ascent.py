"""The time that activation maximisation takes for one filter, in a process that does nothing else."""

from statistics import median
from time import perf_counter

from kernelscope import datasets
from kernelscope.experiment import Experiment, ExperimentConfig, always_shown
from kernelscope.studies.ascent import STEPS
from kernelscope.studies.maximisation import MaximisationSubject
from kernelscope.studies.studies import PATIENT_SHARE
from threadpoolctl import threadpool_limits

from benchmarks.disturbance import Others
from benchmarks.stream.figures import Figure, Lengths, words


def measure(lengths: Lengths) -> list[Figure]:
    """Measure filters of each layer in turn."""
    with threadpool_limits(1, "blas"):
        config = ExperimentConfig()
        experiment = Experiment(config, datasets.load(config.dataset), threads=1)
        layers = always_shown(experiment.lanes[0].network.shapes)
        others, times = Others(), {layer: list[float]() for layer in layers}
        for turn in range(lengths.rounds):
            for layer in layers:
                subject = MaximisationSubject("A", layer, turn % 8, jitter=True, blur=True, norm=True)
                begun = perf_counter()
                for _ in subject.study(experiment):
                    pass
                times[layer].append(1000 * (perf_counter() - begun))
    medians = {layer: median(of_these) for layer, of_these in times.items()}
    whole = median(medians.values())
    more = f"{words(medians)} ms; {STEPS} steps; during training {whole / PATIENT_SHARE / 1000:.1f} s"
    return [
        Figure("one maximisation", whole, " ms", more=more, others=others.share(), numbers={"milliseconds": times}),
    ]
