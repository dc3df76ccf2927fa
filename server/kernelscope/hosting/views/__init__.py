"""The JSON of the API as types: the `experiment` message of docs/protocol.md, and the bodies of responses."""

from kernelscope.hosting.views.common import Health, Problem, Problems
from kernelscope.hosting.views.data import DatasetView, DownloadView, ListedDatasetView, SpecimensView
from kernelscope.hosting.views.experiments import ExperimentView, Kept, LaneView, ListedView, SettingsView
from kernelscope.hosting.views.networks import LayerView, NetworksView

__all__ = [
    "DatasetView",
    "DownloadView",
    "ExperimentView",
    "Health",
    "Kept",
    "LaneView",
    "LayerView",
    "ListedDatasetView",
    "ListedView",
    "NetworksView",
    "Problem",
    "Problems",
    "SettingsView",
    "SpecimensView",
]
