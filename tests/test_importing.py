"""Tests of imported datasets: shapes of each format, unsupported parts, and errors by line."""

from __future__ import annotations

import doctest
import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import AshrLabsClient, ConfigurationError, DatasetError, EvalRunner, grade
from ashr_labs.importing import FORMATS, ImportedDataset, dataset, import_dataset, scenario_of_trace
from ashr_labs.scenarios.scenario import read_scenario

CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
CHAT = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Is it cold in Oslo?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": '{"degrees": -3}'},
        {"role": "assistant", "content": "Yes, 3 below zero."},
    ],
    "tools": [{"type": "function", "function": {"name": "weather"}}],
}
CONVERSATION = [("user", "Is it cold in Oslo?"), ("agent", ""), ("agent", "Yes, 3 below zero.")]


def imported(*records: Any, **options: Any) -> ImportedDataset:
    """Import a file with one record per line."""
    lines = (record if isinstance(record, str) else json.dumps(record) for record in records)
    return import_dataset(BytesIO("\n".join(lines).encode()), **options)


def conversations(found: ImportedDataset) -> list[list[tuple[str, str]]]:
    """Return actor and content of each action, by scenario."""
    runs = found.dataset_source["runs"].values()
    return [[(action["actor"], action["content"]) for action in scenario["actions"]] for scenario in runs]


def only(found: ImportedDataset) -> dict[str, Any]:
    assert () == found.faults
    (scenario,) = found.dataset_source["runs"].values()
    return dict(scenario)


def langchain(kind: str, **fields: Any) -> dict[str, Any]:
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", kind], "kwargs": fields}


QUESTION, ANSWER = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}
GREETING = [("user", "Hi"), ("agent", "Hello!")]


@pytest.mark.parametrize(
    ("record", "file_format"),
    [
        (
            {"id": "a", "actions": [{"actor": "user", "content": "Hi"}, {"actor": "agent", "content": "Hello!"}]},
            "scenarios",
        ),
        ({"messages": [QUESTION, ANSWER]}, "openai"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}, ANSWER]}, "openai"),
        ({"input": "Hi", "expected": "Hello!"}, "table"),
        ({"question": "Hi", "answer": "Hello!"}, "table"),
        ({"inputs": {"question": "Hi"}, "outputs": {"answer": "Hello!"}}, "langsmith"),
        ({"inputs": {"messages": [QUESTION]}, "outputs": {"message": ANSWER}, "dataset_id": "d"}, "langsmith"),
        ({"inputs": {"messages": [QUESTION]}, "outputs": {"choices": [{"message": ANSWER}]}}, "langsmith"),
        ({"inputs": {"input": "Hi"}, "outputs": {"generations": [[{"text": "Hello!"}]]}}, "langsmith"),
        (
            {
                "inputs": {"messages": [langchain("HumanMessage", content="Hi")]},
                "outputs": {"output": langchain("AIMessage", content="Hello!")},
            },
            "langsmith",
        ),
        (
            {
                "inputs": {"messages": [{"type": "human", "data": {"content": "Hi"}}]},
                "outputs": {"output": {"type": "ai", "content": "Hello!"}},
            },
            "langsmith",
        ),
        (
            {
                "inputs": {"messages": [[langchain("HumanMessage", content="Hi")]]},
                "outputs": {"generations": [[{"text": "", "message": langchain("AIMessage", content="Hello!")}]]},
            },
            "langsmith",
        ),
        ({"input": {"messages": [QUESTION]}, "preferred_output": [ANSWER]}, "table"),
        ({"input": "Hi", "expected": "Hello!", "_xact_id": "1", "span_id": "s"}, "braintrust"),
        ({"input": [QUESTION], "expected": [ANSWER], "_xact_id": "1"}, "braintrust"),
        ({"input": {"messages": [QUESTION]}, "expected": None, "output": ANSWER, "span_id": "s"}, "braintrust"),
    ],
)
def test_each_format_is_detected_and_read(record: dict[str, Any], file_format: str) -> None:
    """The same conversation is imported from every format, which is detected from the record."""
    found = imported(record)

    assert (file_format, [GREETING], ()) == (found.format, conversations(found), found.faults)
    assert [GREETING] == conversations(imported(record, file_format=file_format))


@pytest.mark.parametrize(
    "text",
    [
        "input,expected\nHi,Hello!\n",
        "\ufeffquestion;answer\n".replace(";", ",") + '"Hi","Hello!"\n',
        "inputs,outputs,id\n" + '"{""question"": ""Hi""}","{""answer"": ""Hello!""}",7\n',
        "id,input_question,output_answer\n7,Hi,Hello!\n",
        "id,inputs.question,outputs.answer\r\n7,Hi,Hello!\r\n",
        json.dumps([{"input": "Hi", "expected": "Hello!"}], indent=1),
        json.dumps({"examples": [{"inputs": {"q": "Hi"}, "outputs": {"a": "Hello!"}}]}, indent=1),
        json.dumps({"messages": [QUESTION, ANSWER]}, indent=2),
    ],
)
def test_tables_and_arrays_are_read(text: str) -> None:
    """CSV, with or without a byte order mark, and JSON arrays are read as JSON Lines are."""
    assert [GREETING] == conversations(imported(text))


def test_conversations_keep_tool_calls_and_results() -> None:
    """Calls are expected with their arguments and stored with their results; other fields are metadata."""
    scenario = only(found := imported(CHAT))

    assert [CONVERSATION] == conversations(found)
    call = {"name": "weather", "arguments_json": '{"city": "Oslo"}', "result": {"degrees": -3}}
    assert [call] == scenario["actions"][1]["expected_response"]["tool_calls"]
    assert {"system": "Be brief.", "openai": {"tools": CHAT["tools"]}} == scenario["metadata"]
    assert {"system messages: kept as metadata, not tested": 1} == found.notes


@pytest.mark.parametrize(("city", "verdict"), [("Oslo", "passed"), ("Rome", "failed")])
def test_imported_scenarios_can_be_run_and_graded(city: str, verdict: str) -> None:
    """An agent with the same calls and replies as the conversation passes, a different one fails."""
    found = imported(CHAT)

    def agent(message: str) -> dict[str, Any]:
        text = "Yes, 3 below zero." if city == "Oslo" else "No, it is hot."
        return {"text": text, "tool_calls": [{"name": "weather", "arguments": {"city": city}}]}

    result = grade(EvalRunner(found.dataset_source).run(agent).build())

    assert [verdict] == [test["verdict"] for test in result["tests"]]


def test_anthropic_parts_are_calls_and_results() -> None:
    """Content parts of the types tool_use and tool_result are read as calls and results."""
    use = {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Oslo"}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "-3"}
    messages = [
        {"role": "user", "content": "Is it cold in Oslo?"},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result]},
        {"role": "assistant", "content": [{"type": "text", "text": "Yes, 3 below zero."}]},
    ]

    scenario = only(found := imported({"messages": messages}))

    assert [CONVERSATION] == conversations(found)
    assert "-3" == scenario["actions"][1]["expected_response"]["tool_calls"][0]["result"]


def test_rows_and_outputs_may_have_tool_calls() -> None:
    """`tool_calls` of a row or an output are expected calls."""
    calls = [{"name": "weather", "args": {"city": "Oslo"}, "id": "x"}]
    expected = [{"name": "weather", "arguments_json": '{"city": "Oslo"}'}]
    records = [
        {"input": "Cold?", "expected": "Yes", "tool_calls": calls},
        {"inputs": {"question": "Cold?"}, "outputs": {"answer": "Yes", "tool_calls": calls}},
        {"input": "Cold?", "expected": {"tool_calls": calls, "content": "Yes"}, "_xact_id": "1", "span_id": ""},
    ]
    for record in records:
        action = only(imported(record))["actions"][1]
        assert ("Yes", expected) == (action["content"], action["expected_response"]["tool_calls"])


def test_langchain_calls_are_read_from_both_places() -> None:
    """Calls of LangChain messages are read from `tool_calls` and from the older `additional_kwargs`."""
    new = langchain("AIMessage", content="", tool_calls=[{"name": "weather", "args": {"city": "Oslo"}, "id": "1"}])
    old = langchain("AIMessage", content="", tool_calls=[], additional_kwargs={"tool_calls": [CALL]})

    for message in (new, old):
        scenario = only(imported({"inputs": {"question": "Cold?"}, "outputs": {"output": message}}))
        calls = scenario["actions"][1]["expected_response"]["tool_calls"]
        assert [{"name": "weather", "arguments_json": '{"city": "Oslo"}'}] == calls


def test_unsupported_parts_are_counted() -> None:
    """Every kind of unsupported part has a note with its count."""
    picture = {"role": "user", "content": [{"type": "text", "text": "See?"}, {"type": "image_url", "image_url": {}}]}
    messages = [picture, {**ANSWER, "weight": 0}, {"role": "tool", "content": "lost"}, QUESTION]

    found = imported({"messages": messages, "note": "n"}, {"messages": [QUESTION], "note": "m"})

    assert {
        "messages with media: kept as `parts`, for agents that accept them": 1,
        "assistant messages of weight 0: left out, they are not what is expected": 1,
        "results of tools without a call: left out": 1,
        "note: kept as metadata, not tested": 2,
        "scenarios without an expectation: played, but nothing is checked": 2,
    } == found.notes
    assert ["n", "m"] == [run["metadata"]["note"] for run in found.dataset_source["runs"].values()]


AUDIO = {"role": "assistant", "content": "", "audio": {"id": "a"}, "refusal": "I cannot say that."}
CLIP = {"role": "assistant", "content": [{"type": "hologram"}, {"type": "refusal", "refusal": "No."}]}
GOLDEN = {"turns": [{"role": "user", "content": "Hi"}], "scenario": "Greeting", "expected_outcome": "A greeting."}
SHARED = {
    "prompts": ["{{message}}"],
    "scenarios": [
        {
            "config": [{"vars": {"language": "no"}}, {"vars": {"language": "da"}}],
            "tests": [
                {
                    "vars": {"message": "Hi"},
                    "assert": [{"type": "assert-set", "assert": [{"type": "equals", "value": "Hei"}]}],
                }
            ],
        }
    ],
}
STEPS = {
    "schema_version": "ATIF-v1.0",
    "session_id": "s",
    "steps": [
        {"source": "system", "message": ""},
        {"source": "user", "message": "Hi"},
        {"source": "agent", "message": "Hello", "observation": {"results": [{"content": "not a call"}]}},
    ],
    "subagent_trajectories": [{"session_id": "t"}],
}


@pytest.mark.parametrize(
    ("record", "file_format", "actions"),
    [
        ({"messages": [QUESTION, AUDIO]}, None, [("user", QUESTION["content"]), ("agent", "I cannot say that.")]),
        ({"messages": [QUESTION, CLIP]}, None, [("user", QUESTION["content"]), ("agent", "No.")]),
        (
            {"messages": [{"role": "user", "content": {"parts": ["Hi", "there"]}}, ANSWER]},
            None,
            [("user", "Hi\nthere"), ("agent", ANSWER["content"])],
        ),
        (GOLDEN, "deepeval", [("user", "Hi"), ("agent", "A greeting.")]),
        ({"input": "Hi", "expected": "Hello", "system": "Be brief."}, None, [("user", "Hi"), ("agent", "Hello")]),
        ({"input": QUESTION, "expected": ""}, None, [("user", QUESTION["content"])]),
        (
            {"input": ["Hi", "there"], "expected": "Hello"},
            None,
            [("user", "Hi"), ("user", "there"), ("agent", "Hello")],
        ),
        (SHARED, "promptfoo", [("user", "Hi"), ("agent", "Hei")]),
        (STEPS, None, [("user", "Hi"), ("agent", "Hello")]),
    ],
)
def test_less_common_fields_are_read(
    record: dict[str, Any], file_format: str | None, actions: list[tuple[str, str]]
) -> None:
    """Refusals, parts in objects, outcomes, system columns, shared variables and lists of messages are read."""
    options = {} if file_format is None else {"file_format": file_format}

    assert conversations(imported(record, **options))[0] == actions


def test_objects_are_read_by_common_keys_or_as_json() -> None:
    """The message of an object is in a common key, and other keys become metadata; otherwise its JSON is the text."""
    found = imported(
        {"inputs": {"question": "Why?", "page": 3}, "outputs": {"intent": "ask", "sure": True}, "id": "a"},
        {"inputs": {"x": 1, "y": 2}, "outputs": 7, "id": "b"},
    )

    assert [
        [("user", "Why?"), ("agent", '{"intent": "ask", "sure": true}')],
        [("user", '{"x": 1, "y": 2}'), ("agent", "7")],
    ] == conversations(found)
    assert {"inputs.page": 3} == found.dataset_source["runs"]["a"]["metadata"]
    assert 2 == found.notes["outputs: no message in it, so its JSON is the text"]


def test_input_and_expected_keys_can_be_set() -> None:
    """`input_key` and `expected_key` name columns with other names."""
    text = "frage,antwort,input_lang\nHallo?,Guten Tag!,de\n"

    found = imported(text, input_key="frage", expected_key="antwort")

    assert [[("user", "Hallo?"), ("agent", "Guten Tag!")]] == conversations(found)
    assert "input_lang" in only(found)["metadata"]
    chosen = imported({"inputs": {"question": "no", "real": "yes"}, "outputs": "ok"}, input_key="real")
    assert [[("user", "yes"), ("agent", "ok")]] == conversations(chosen)


def test_ids_tags_and_metadata_are_kept() -> None:
    """Ids, tags, splits and metadata are kept, and administrative fields are stored under the name of the tool."""
    found = imported(
        {
            "id": "ex_1",
            "inputs": "Hi",
            "outputs": "Hello!",
            "metadata": {"dataset_split": ["test"], "level": 2},
            "dataset_id": "d",
            "modified_at": "2026-01-01",
        }
    )

    assert {"ex_1": "line 1"} == found.places
    scenario = only(found)
    assert ["test"] == scenario["tags"]
    assert {"level": 2, "langsmith": {"dataset_id": "d", "modified_at": "2026-01-01"}}.items() <= scenario[
        "metadata"
    ].items()
    assert {} == found.notes


def test_derived_ids_depend_on_user_messages_only() -> None:
    """The derived id of a record does not depend on its position or expectation; equal ids are numbered."""
    one, other = {"input": "Where is it?", "expected": "There"}, {"input": "Who?", "expected": "Me"}

    there = imported(one, other, {**one, "expected": "Here"})
    back = imported(other, one)

    first, second, third = there.places
    assert {first, second} == back.places.keys()
    assert f"{first}_2" == third
    assert first.startswith("where_is_it_")


@pytest.mark.parametrize(
    ("line", "file_format", "fault"),
    [
        ("{", "openai", "line 2: is not JSON"),
        ("[]", "openai", "line 2: must be an object"),
        ({"messages": "Hi"}, "openai", "line 2: messages: must be a list of messages, got 'Hi'"),
        ({"messages": []}, "openai", "line 2: has no message"),
        ({"message": []}, "openai", "line 2: messages: is missing; the keys are message"),
        ({"messages": [{"role": "wizard"}]}, "openai", "line 2: messages[0].role: must be a role such as 'user'"),
        ({"messages": [{"role": "user", "content": 7}]}, "openai", "line 2: messages[0].content: must be a string or"),
        (
            {"messages": [{"role": "assistant", "tool_calls": {}}]},
            "openai",
            "line 2: messages[0].tool_calls: must be a list",
        ),
        (
            {"messages": [QUESTION, {"role": "assistant", "tool_calls": [{"function": {"arguments": "{}"}}]}]},
            "openai",
            "line 2: messages[1].tool_calls[0].function.name: must be the tool's name, got None",
        ),
        (
            {"messages": [{"role": "assistant", "function_call": {"name": "f", "arguments": "[1]"}}]},
            "openai",
            "line 2: messages[0].function_call.arguments: must be a JSON object, got '[1]'",
        ),
        ({"outputs": {}}, "langsmith", "line 2: inputs: is missing; the keys are outputs"),
        ({"expected": "x"}, "braintrust", "line 2: no input; name its key (input_key=, --input-key), one of expected"),
        ({"foo": "x"}, "table", "line 2: no input; name its key (input_key=, --input-key), one of foo"),
        ({"actions": {}}, "scenarios", "line 2: actions: must be a list, got {}"),
        (
            {"id": "taken", "actions": []},
            "scenarios",
            "line 2: id: 'taken' is also the id of the scenario at line 1; rename one",
        ),
    ],
)
def test_errors_name_line_and_field(line: Any, file_format: str, fault: str) -> None:
    """An invalid record is reported with line and field, and the other records are read."""
    sound = {
        "openai": CHAT,
        "langsmith": {"inputs": "Hi"},
        "braintrust": {"input": "Hi"},
        "table": {"input": "Hi"},
        "scenarios": {"id": "taken", "actions": []},
    }[file_format]

    found = imported(sound, line, file_format=file_format)

    assert 1 == len(found.dataset_source["runs"])
    assert [True] == [str(one).startswith(fault) for one in found.faults], found.faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 1: there is no record"),
        ("\n \n", "line 1: there is no record"),
        ('[{"input": ', "line 1: is not JSON"),
        ('input,expected\n"unfinished', "line 2: is not valid JSON or CSV"),
    ],
)
def test_unreadable_files_raise_error(text: str, fault: str) -> None:
    """A file that cannot be read to its end raises an error with the line."""
    with pytest.raises(DatasetError, match=fault):
        import_dataset(BytesIO(text.encode("utf-8", "surrogateescape")))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("input,expected\n\na,b,c\n", "line 3: has 3 cells, but the header has 2; quote cells with commas"),
        ('input,expected\n"a\n\nb",c\nd\n', "line 5: has 1 cell, but the header has 2; quote cells with commas"),
        ("input,input\na,b\n", "line 1: two columns have the name 'input'; rename one"),
        ('[{"input": "x"}, 7]', "element 2: must be an object, got 7"),
        (
            '{"shape": 1}',
            "line 1: the format is unknown; name it (file_format=, --format), or the key of the user's message "
            "(input_key=, --input-key), one of shape",
        ),
        ('{"input": NaN}', "line 1: is not JSON: NaN is not a JSON value"),
    ],
)
def test_invalid_rows_are_reported(text: str, fault: str) -> None:
    """Rows of the wrong width, repeated columns and elements that are not objects are reported with their lines."""
    assert [fault] == [str(one) for one in imported(text).faults]


def test_oversized_lines_are_rejected() -> None:
    """A line of over 16 MiB and a value that is nested too deeply are refused."""
    with pytest.raises(DatasetError, match="line 1: has over 16,777,216 characters; write one record per line"):
        import_dataset(BytesIO(b"x" * 17_000_000))
    deep = f'{{"input": {"[" * 900}{"]" * 900}}}'
    assert 1 >= len(imported(deep).faults)


def test_unknown_format_is_rejected() -> None:
    """An unknown format is refused with the list of formats."""
    with pytest.raises(ConfigurationError, match=", ".join(FORMATS)):
        import_dataset(BytesIO(b""), "yaml")


def test_docstring_example() -> None:
    """The example in the docstring prints the documented output."""
    tested = doctest.testmod(dataset)

    assert (0, True) == (tested.failed, tested.attempted > 0)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "role",
                    "content",
                    "messages",
                    "tool_calls",
                    "name",
                    "input",
                    "id",
                    "type",
                    "text",
                    "arguments",
                    "function",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(FORMATS),
    st.dictionaries(
        st.sampled_from(
            [
                "messages",
                "inputs",
                "outputs",
                "input",
                "expected",
                "output",
                "metadata",
                "tags",
                "tool_calls",
                "id",
                "actions",
            ]
        ),
        _values,
        max_size=5,
    ),
)
def test_any_json_is_imported_or_rejected(file_format: str, record: dict[str, Any]) -> None:
    """Any JSON object becomes a valid scenario or an error with its line."""
    found = imported(record, file_format=file_format)

    # An object of columns has as many records as its columns have rows, each an element.
    columns = [value for value in record.values() if isinstance(value, list | dict) and len(value) > 0]
    counts = {1, *map(len, columns)} if len(columns) == len(record) > 1 else {1}
    assert all(str(fault).startswith(("line 1", "element ")) for fault in found.faults)
    assert len(found.faults) + len(found.dataset_source["runs"]) in counts
    if file_format != "scenarios":
        for name, scenario in found.dataset_source["runs"].items():
            read_scenario(name, scenario)


def traced(client: AshrLabsClient) -> dict[str, Any]:
    """Record a conversation of two turns and return its trace."""
    first: list[Any] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Is it cold in Oslo?"}]
    with client.trace("weather bot", user_id="u", tags=["beta"]) as trace:
        trace.generation("classify", input=first).end(output={"intent": "weather", "sure": True})
        trace.generation("plan", input=first).end(output={"role": "assistant", "content": None, "tool_calls": [CALL]})
        trace.span("tool:weather", input={"city": "Oslo"}).end(output={"degrees": -3})
        second = [*first, {"role": "assistant", "content": "Yes, 3 below zero."}]
        trace.generation("answer", input=first).end(output="Yes, 3 below zero.")
        second.append({"role": "user", "content": "Book it!"})
        trace.span("tool:book", input={"what": "it"}).end(level="ERROR", status_message="sold out")
        trace.generation("answer", input=second).end(output={"role": "assistant", "content": "It is sold out."})
        trace.event("seen")
    client.tracing.flush()
    return dict(client.get_observability_trace(trace.trace_id)["trace"])


def test_trace_is_imported_as_scenario(local_client: AshrLabsClient) -> None:
    """User messages become turns; called tools with results and errors and the last texts are expected."""
    name, scenario, notes = scenario_of_trace(traced(local_client))

    assert [
        ("user", "Is it cold in Oslo?"),
        ("agent", "Yes, 3 below zero."),
        ("user", "Book it!"),
        ("agent", "It is sold out."),
    ] == [(action["actor"], action["content"]) for action in scenario["actions"]]
    calls = [action["expected_response"]["tool_calls"] for action in scenario["actions"] if action["actor"] == "agent"]
    assert [["weather", "book"], []] == [[call["name"] for call in turn] for turn in calls]
    assert {"degrees": -3} == calls[0][0]["result"]
    assert "sold out" == calls[0][1]["error"]
    assert ("weather bot", ["beta"], "Be brief.") == (
        scenario["title"],
        scenario["tags"],
        scenario["metadata"]["system"],
    )
    assert name.startswith("trace_")
    assert any("not tools: left out" in note for note in notes)
    assert any("no message in it" in note for note in notes)
    read_scenario(name, scenario)


def test_trace_without_generations_uses_its_input() -> None:
    """The input of the first observation is the user message, and the output of the trace is expected."""
    span = {"id": "1", "type": "span", "name": "handle", "input": {"question": "Hi"}, "start_time": "1"}
    tool = {
        "id": "2",
        "type": "span",
        "name": "tool:greet",
        "input": "you",
        "start_time": "2",
        "parent_observation_id": "1",
    }

    _, scenario, notes = scenario_of_trace({"id": "t", "output": "Hello!", "observations": [tool, span]})

    assert GREETING == [(action["actor"], action["content"]) for action in scenario["actions"]]
    assert '{"input": "you"}' == scenario["actions"][1]["expected_response"]["tool_calls"][0]["arguments_json"]
    assert any("inputs of tools" in note for note in notes)


def test_traces_without_user_messages_are_rejected() -> None:
    """A trace without user messages raises an error with its id."""
    with pytest.raises(DatasetError, match="trace t: no user message"):
        scenario_of_trace({"id": "t", "observations": []})
