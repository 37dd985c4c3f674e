"""Import datasets from files of other tools and from traces."""

from __future__ import annotations

from .dataset import FORMATS, ImportedDataset, import_dataset
from .exporting import EXPORT_FORMATS, ExportedDataset, export_dataset
from .run_logs import export_run
from .traces import scenario_of_trace

__all__ = [
    "EXPORT_FORMATS",
    "FORMATS",
    "ExportedDataset",
    "ImportedDataset",
    "export_dataset",
    "export_run",
    "import_dataset",
    "scenario_of_trace",
]
