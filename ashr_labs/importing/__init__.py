"""Import datasets from files of other tools and from traces."""

from __future__ import annotations

from .dataset import FORMATS, ImportedDataset, import_dataset
from .traces import scenario_of_trace

__all__ = ["FORMATS", "ImportedDataset", "import_dataset", "scenario_of_trace"]
