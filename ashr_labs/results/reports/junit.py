"""JUnit XML, for continuous integration."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from .text import sample_text

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
        failures=str(run.failed),
        errors=str(run.errors),
        skipped=str(run.unchecked),
        time=f"{seconds:.3f}",
    )
    for sample in run.samples:
        _add_case(suite, sample, run.label)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_case(suite: ET.Element, sample: Sample, label: str) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=_printable(label), name=_printable(sample.name), time=f"{sample.seconds or 0:.3f}"
    )
    properties = {"title": sample.title} if sample.title else {}
    if isinstance(trace_id := sample.record.get("trace_id"), str):
        properties["trace_id"] = trace_id
    properties |= {name: f"{value:.6g}" for name, value in sample.scores.items()}
    if properties:
        listed = ET.SubElement(case, "properties")
        for name, text in properties.items():
            ET.SubElement(listed, "property", name=_printable(name), value=_printable(text))
    if sample.outcome == "unchecked":
        ET.SubElement(case, "skipped", message="unchecked: the scenario has no expectation")
    elif not sample.passed:
        message = sample.reasons[0] if sample.reasons else "no reason was recorded"
        kind = "failure" if sample.has_run else "error"
        ET.SubElement(case, kind, message=_printable(message)).text = _printable(sample_text(sample))


def _printable(text: str) -> str:
    """Replace the characters that XML 1.0 does not allow."""
    return "".join(one if _is_printable(one) else "\ufffd" for one in text)


def _is_printable(one: str) -> bool:
    return one in "\t\n\r" or " " <= one < "\ud800" or (one >= "\ue000" and one not in "\ufffe\uffff")
