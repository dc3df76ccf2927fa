"""What the benchmark of planted kernels makes of its runs, by hand."""

from benchmarks.planted import Run, at_random, report


def test_medians_and_ranges_are_told() -> None:
    runs = [Run(1, [0.5, 0.9], [0.4, 0.8], 0.75), Run(2, [0.7, 0.8], [0.2, 1.0], 0.95), Run(3, [0.6, 0.7], [0.3], 0.85)]
    told = report(runs, [0.1, 0.3, 0.2], (10, 20)).splitlines()
    assert told[2].split() == ["1", "0.500", "0.900", "0.400", "0.750"]
    assert told[5].split() == ["median", "0.600", "0.800", "0.300", "0.850"]
    assert told[6].split()[:4] == ["range", "0.500", "to", "0.700"]
    assert told[-1] == "Random kernels: 0.200 (0.100 to 0.300, 3 networks)"


def test_networks_that_have_not_trained_match_with_about_a_fifth() -> None:
    assert all(0.12 < value < 0.25 for value in at_random(3))
