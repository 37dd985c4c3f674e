"""JUnit XML, for continuous integration."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from ..runs import RunResults, Sample

__all__ = ["junit_xml"]


def junit_xml(run: RunResults) -> str:
    """Return a run as JUnit XML: a wrong answer is a failure, a test that ended early is an error."""
    seconds = sum(sample.seconds or 0 for sample in run.samples)
    suite = ET.Element(
        "testsuite",
        name=_printable(run.label),
        tests=str(len(run)),
        failures=str(len(run) - run.passed - run.errors),
        errors=str(run.errors),
        skipped="0",
        time=f"{seconds:.3f}",
    )
    for sample in run.samples:
        _add_case(suite, sample, run.label)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_case(suite: ET.Element, sample: Sample, label: str) -> None:
    repeat = sample.record.get("repeat")
    name = sample.scenario_id if repeat is None else f"{sample.scenario_id}[{repeat}]"
    case = ET.SubElement(
        suite, "testcase", classname=_printable(label), name=_printable(name), time=f"{sample.seconds or 0:.3f}"
    )
    if sample.scores:
        properties = ET.SubElement(case, "properties")
        for score, value in sample.scores.items():
            ET.SubElement(properties, "property", name=_printable(score), value=f"{value:.6g}")
    if not sample.passed:
        reasons = [_printable(one) for one in sample.reasons] or ["no reason was recorded"]
        ET.SubElement(case, "failure" if sample.has_run else "error", message=reasons[0]).text = "\n".join(reasons)


def _printable(text: str) -> str:
    """Replace the characters that XML 1.0 does not allow."""
    return "".join(one if _is_printable(one) else "\ufffd" for one in text)


def _is_printable(one: str) -> bool:
    return one in "\t\n\r" or " " <= one < "\ud800" or (one >= "\ue000" and one not in "\ufffe\uffff")
