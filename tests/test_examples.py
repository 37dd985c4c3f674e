"""The examples: the support bot and its tools, the dataset, the language-model agent, and the scripts."""

from __future__ import annotations

import inspect
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

import pytest

from ashr_labs import EvalRunner, grade
from examples.llm_agent import Endpoint, LLMAgent, MissingKeyError
from examples.support_bot import Store, SupportBot, ToolError, call_tool, describe_tools
from examples.support_bot.language import read_details, read_request, read_yes_or_no
from examples.support_bot.tools import TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parents[1] / "examples"
SOURCE = json.loads((EXAMPLES / "support_dataset.json").read_text("utf-8"))
CONFIG = json.loads((EXAMPLES / "support_agent_config.json").read_text("utf-8"))
SCENARIOS: dict[str, dict[str, Any]] = SOURCE["runs"]

WEAKNESSES = {
    "two_requests": "apply_discount was not called",
    "corrected_order_number": "cancel_order: order_id: expected 'ORD-1005', got 'ORD-1003'",
    "refund_not_wanted_yet": "request_refund was called unexpectedly",
    "angry_customer": "escalate_to_human was not called",
    "return_policy": "the text differs",
}


def dump(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize(
    ("tool", "arguments", "query", "expected"),
    [
        (
            "request_refund",
            {"order_id": "ORD-1001", "reason": "damaged"},
            "SELECT status, amount_cents, reason FROM orders JOIN refunds USING (order_id) WHERE order_id = 'ORD-1001'",
            ("refunded", 24900, "damaged"),
        ),
        (
            "cancel_order",
            {"order_id": "ORD-1003"},
            "SELECT status, stock FROM orders, products WHERE order_id = 'ORD-1003' AND name = 'Camp Stove'",
            ("cancelled", 24),
        ),
        (
            "change_address",
            {"order_id": "ORD-1005", "address": "1 Oak Road, Reno, NV 89501"},
            "SELECT address FROM orders WHERE order_id = 'ORD-1005'",
            ("1 Oak Road, Reno, NV 89501",),
        ),
        (
            "apply_discount",
            {"order_id": "ORD-1005", "code": "SUMMER15"},
            "SELECT total_cents, discount_code FROM orders WHERE order_id = 'ORD-1005'",
            (15215, "SUMMER15"),
        ),
        (
            "escalate_to_human",
            {"reason": "complaint"},
            "SELECT reason, order_id FROM tickets WHERE ticket_number = 71",
            ("complaint", None),
        ),
    ],
)
def test_tools_change_the_database(
    tool: str, arguments: dict[str, str], query: str, expected: tuple[object, ...], tmp_path: Path
) -> None:
    """A tool that acts changes the rows that a second connection reads, and reset() brings every row back."""
    database = tmp_path / "shop.db"
    store = Store(str(database))
    before = dump(database)

    call_tool(store, tool, arguments)

    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute(query).fetchone() == expected
    store.reset()
    assert dump(database) == before


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("request_refund", {"order_id": "ORD-1002", "reason": "damaged"}, "has not been delivered yet"),
        ("request_refund", {"order_id": "ORD-1004", "reason": "damaged"}, "30 days"),
        ("request_refund", {"order_id": "ORD-1008", "reason": "damaged"}, "already refunded"),
        ("cancel_order", {"order_id": "ORD-1007"}, "already shipped"),
        ("change_address", {"order_id": "ORD-1006", "address": "anywhere"}, "already cancelled"),
        ("apply_discount", {"order_id": "ORD-1003", "code": "SPRING20"}, "expired on 2025-05-31"),
        ("apply_discount", {"order_id": "ORD-1003", "code": "NOSUCH99"}, "not one of our discount codes"),
        ("apply_discount", {"order_id": "ORD-1002", "code": "SUMMER15"}, "already shipped"),
        ("track_shipment", {"order_id": "ORD-1003"}, "no parcel to track"),
        ("lookup_order", {"order_id": "ORD-9999"}, "cannot find an order"),
        ("list_orders", {"email": "unknown@example.com"}, "cannot find any orders"),
        ("check_stock", {"product": "Kayak"}, "do not sell"),
        ("reset", {}, "no tool called reset"),
        ("cancel_order", {"order": "ORD-1003"}, "missing a required argument: 'order_id'"),
    ],
)
def test_rejected_tool_calls_change_nothing(tool: str, arguments: dict[str, str], message: str, tmp_path: Path) -> None:
    """A call that breaks a rule of the shop raises ToolError with the reason and leaves the data alone."""
    database = tmp_path / "shop.db"
    store = Store(str(database))
    before = dump(database)

    with pytest.raises(ToolError, match=message):
        call_tool(store, tool, arguments)

    assert dump(database) == before


def test_tool_schemas_match_the_functions() -> None:
    """Every tool has a description and a schema whose required properties are the parameters without default."""
    tools = {tool["name"]: tool for tool in describe_tools()}

    assert tuple(tools) == TOOLS
    assert all(tool["description"] for tool in tools.values())
    assert tools["escalate_to_human"]["parameters"]["required"] == ["reason"]
    assert tools["request_refund"]["parameters"]["properties"]["reason"] == {
        "type": "string",
        "enum": ["damaged", "wrong_item", "wrong_size", "changed_mind"],
    }


def test_agent_config_names_exactly_the_tools() -> None:
    """The agent's config defines each tool once and says how strictly it is graded."""
    strictness = CONFIG["grading_config"]["tool_strictness"]

    assert sorted(tool["name"] for tool in CONFIG["tool_definitions"]) == sorted(TOOLS)
    assert set(strictness) == set(TOOLS)
    assert set(strictness.values()) == {"required", "expected", "optional"}
    assert all(rule["strictness"] in {"required", "expected", "optional"} for rule in CONFIG["behavior_rules"])


@pytest.mark.parametrize("scenario_id", SCENARIOS)
def test_scenario_has_the_documented_shape(scenario_id: str) -> None:
    """A scenario has a title, starts with a user, and expects only calls that the tools accept."""
    scenario = SCENARIOS[scenario_id]
    actions = scenario["actions"]

    assert {"title", "description", "tags", "actions"} == set(scenario)
    assert actions[0]["actor"] not in {"agent", "environment"}
    assert actions[-1]["actor"] == "agent"
    for action in actions:
        assert isinstance(action["content"], str)
        for call in action.get("expected_response", {}).get("tool_calls", []):
            inspect.signature(getattr(Store, call["name"])).bind(None, **json.loads(call["arguments_json"]))


def test_dataset_covers_every_kind_of_action() -> None:
    """The dataset has enough scenarios, an environment action, a custom actor and consecutive agent actions."""
    actors = {action["actor"] for scenario in SCENARIOS.values() for action in scenario["actions"]}
    consecutive = [
        pair
        for scenario in SCENARIOS.values()
        for pair in zip(scenario["actions"], scenario["actions"][1:], strict=False)
        if pair[0]["actor"] == pair[1]["actor"] == "agent"
    ]

    assert len(SCENARIOS) >= 16
    assert actors == {"user", "agent", "environment", "shop_assistant"}
    assert consecutive


@pytest.mark.parametrize("config", [None, CONFIG], ids=["without config", "with config"])
def test_bot_fails_only_the_known_scenarios(config: dict[str, Any] | None) -> None:
    """Five scenarios fail, each for its own reason; in all others every tool call is exactly the expected one."""
    graded = grade(EvalRunner(SOURCE).run(SupportBot()).build(), config)["tests"]
    failed = {test["test_id"]: "; ".join(test["verdict_reasons"]) for test in graded if test["verdict"] != "passed"}
    calls = [
        call["match_status"]
        for test in graded
        if test["verdict"] == "passed"
        for action in test["action_results"]
        for call in action.get("tool_calls", [])
    ]

    assert {scenario_id: reason in failed.get(scenario_id, "") for scenario_id, reason in WEAKNESSES.items()} == (
        dict.fromkeys(failed, True)
    )
    assert set(failed) == {name for name, scenario in SCENARIOS.items() if "known_weakness" in scenario["tags"]}
    assert set(calls) == {"exact"}


def test_concurrent_bots_do_not_share_data() -> None:
    """Each bot has its own data, so four workers record what one records."""
    alone, together = (
        [test["action_results"] for test in EvalRunner(SOURCE).run(SupportBot, max_workers=workers).build()["tests"]]
        for workers in (1, 4)
    )
    assert together == alone


def replies(bot: SupportBot) -> list[dict[str, Any]]:
    collected = []
    for scenario in SCENARIOS.values():
        bot.reset()
        spoken = (action for action in scenario["actions"] if action["actor"] not in {"agent", "environment"})
        collected += [bot.respond(action["content"]) for action in spoken]
    return collected


def test_bot_is_deterministic() -> None:
    """The same messages give the same replies, from another bot and from the same bot after reset()."""
    bot = SupportBot()
    assert replies(bot) == replies(bot) == replies(SupportBot())


@pytest.mark.parametrize(
    ("message", "request_name"),
    [
        ("I want my money back for ORD-1001", "refund"),
        ("Let me talk to a person about this refund", "escalate"),
        ("Is it available? When will it be back in stock?", "stock"),
        ("What have I ordered?", "orders"),
        ("Use this coupon please", "discount"),
        ("Where is it?", "track"),
        ("Thanks!", "thanks"),
        ("The cancellation policy", None),
        ("", None),
    ],
)
def test_requests_are_read_by_keyword(message: str, request_name: str | None) -> None:
    """The request is the first one, in order of priority, whose keyword is a word of the message."""
    assert read_request(message) == request_name


def test_details_are_read_by_pattern() -> None:
    """Order number, e-mail, address, code, product and reason are picked out of a message and normalised."""
    message = (
        "My ord 1003 (Me@Example.com): the camp stove is broken, use SUMMER15, "
        "send the new one to 5 St. Paul Ave, Salt Lake City, UT 84101"
    )
    assert read_details(message, ["Camp Stove"]) == {
        "order_id": "ORD-1003",
        "email": "me@example.com",
        "address": "5 St. Paul Ave, Salt Lake City, UT 84101",
        "code": "SUMMER15",
        "product": "Camp Stove",
        "reason": "damaged",
    }
    assert read_details("Hello", ["Camp Stove"]) == {}


@pytest.mark.parametrize(
    ("message", "answer"),
    [("Sure, no problem", "yes"), ("No, please don't", "no"), ("I'll keep it", "no"), ("Which one?", None)],
)
def test_first_of_yes_and_no_counts(message: str, answer: str | None) -> None:
    """Of "yes" and "no" the one that the message says first counts."""
    assert read_yes_or_no(message) == answer


def test_new_request_replaces_open_question() -> None:
    """A message that does not answer the open question starts a new request, and one that says nothing repeats it."""
    bot = SupportBot()
    question = bot.respond("Please cancel ORD-1003")["text"]

    assert bot.respond("Hm?")["text"] == question
    assert bot.respond("Is the Headlamp in stock?")["tool_calls"] == [
        {"name": "check_stock", "arguments": {"product": "Headlamp"}}
    ]
    assert bot.respond("Yes")["tool_calls"] == []


def test_bot_says_what_it_can_do() -> None:
    """A message without request or order number gets an overview; a bare order number is looked up."""
    bot = SupportBot()
    assert "I can help with orders" in bot.respond("Hello")["text"]
    assert bot.respond("ORD-1006")["tool_calls"] == [{"name": "lookup_order", "arguments": {"order_id": "ORD-1006"}}]


class ChatServer(ThreadingHTTPServer):
    """A server that answers chat completions from a script and keeps what it was asked."""

    def __init__(self, *answers: dict[str, Any], status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), _ChatHandler)
        self.answers = list(answers)
        self.status = status
        self.requests: list[dict[str, Any]] = []

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(f"http://127.0.0.1:{self.server_port}/v1", "sk-canary", "test-model")


class _ChatHandler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = cast("ChatServer", self.server)
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.requests.append({"path": self.path, "key": self.headers["Authorization"], **request})
        answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        body = json.dumps({"choices": [{"message": {"role": "assistant", **answer}}]}).encode()
        self.send_response(server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def chat(*answers: dict[str, Any], status: int = 200) -> Iterator[tuple[LLMAgent, ChatServer]]:
    with ChatServer(*answers, status=status) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        agent = LLMAgent(server.endpoint)
        try:
            yield agent, server
        finally:
            agent.close()
            server.shutdown()
            thread.join()


def wants(tool: str, arguments: str) -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": tool, "arguments": arguments}}
    return {"content": None, "tool_calls": [call]}


def test_llm_agent_runs_requested_tools() -> None:
    """Tool calls are executed on the shop's data, recorded, and their results go back to the model."""
    with chat(wants("cancel_order", '{"order_id": "ORD-1003"}'), {"content": "Cancelled."}) as (agent, server):
        reply = agent.respond("Cancel ORD-1003")

        assert reply == {
            "text": "Cancelled.",
            "tool_calls": [{"name": "cancel_order", "arguments": {"order_id": "ORD-1003"}}],
        }
        assert agent.store.lookup_order("ORD-1003")["status"] == "cancelled"
        first, second = server.requests
        assert (first["path"], first["key"], first["model"]) == (
            "/v1/chat/completions",
            "Bearer sk-canary",
            "test-model",
        )
        assert [tool["function"]["name"] for tool in first["tools"]] == list(TOOLS)
        assert [message["role"] for message in second["messages"]] == ["system", "user", "assistant", "tool"]
        assert json.loads(second["messages"][-1]["content"])["status"] == "cancelled"

        agent.reset()
        assert agent.store.lookup_order("ORD-1003")["status"] == "processing"
        agent.respond("Hello")
        assert [message["role"] for message in server.requests[-1]["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    ("tool", "arguments", "recorded", "error"),
    [
        ("cancel_order", "{broken", {}, "not a JSON object"),
        ("cancel_order", "[1]", {}, "not a JSON object"),
        ("cancel_order", '{"order_id": "ORD-1007"}', {"order_id": "ORD-1007"}, "already shipped"),
        ("drop_tables", "", {}, "no tool called drop_tables"),
    ],
)
def test_llm_agent_returns_tool_errors_to_the_model(
    tool: str, arguments: str, recorded: dict[str, str], error: str
) -> None:
    """A tool call that cannot be run is recorded, and the model gets the reason instead of a result."""
    with chat(wants(tool, arguments), {"content": "Sorry."}) as (agent, server):
        assert agent.respond("Do it")["tool_calls"] == [{"name": tool, "arguments": recorded}]
        assert error in json.loads(server.requests[-1]["messages"][-1]["content"])["error"]


def test_llm_agent_limits_tool_rounds() -> None:
    """A model that only ever wants tools is given up after a bounded number of rounds."""
    with chat(wants("check_stock", '{"product": "Headlamp"}')) as (agent, server):
        with pytest.raises(RuntimeError, match="no answer in 8 rounds"):
            agent.respond("Do we have headlamps?")
        assert len(server.requests) == 8


def test_llm_agent_reports_http_errors() -> None:
    """An HTTP error of the model's endpoint becomes an error with status and body, without the key."""
    with chat({"content": "no"}, status=429) as (agent, _), pytest.raises(RuntimeError, match="HTTP 429") as caught:
        agent.respond("Hello")
    assert "sk-canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"OPENAI_API_KEY": "k"}, ("https://api.openai.com/v1", "gpt-4.1-mini")),
        (
            {
                "OPENAI_API_KEY": "k",
                "OPENAI_BASE_URL": "http://here/v1/",
                "OPENAI_MODEL": "m",
                "ANTHROPIC_API_KEY": "a",
            },
            ("http://here/v1", "m"),
        ),
        ({"ANTHROPIC_API_KEY": "k"}, ("https://api.anthropic.com/v1", "claude-haiku-4-5")),
    ],
)
def test_endpoint_is_read_from_the_environment(environ: dict[str, str], expected: tuple[str, str]) -> None:
    """The key chooses the provider; address and model have defaults, and the key is not in the repr."""
    endpoint = Endpoint.from_env(environ)
    assert (endpoint.url, endpoint.model) == expected
    assert "key" not in repr(endpoint)


def test_llm_agent_without_key_names_the_variables() -> None:
    """Without a key the agent names the variables, and the script ends with code 2 and no traceback."""
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY or ANTHROPIC_API_KEY"):
        Endpoint.from_env({})
    ended = run_script("llm_agent")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "No key for a language model: set OPENAI_API_KEY or ANTHROPIC_API_KEY.\n"


def test_quickstart_prints_verdicts_and_metrics() -> None:
    """The quickstart evaluates the bot without key and network, and prints each verdict with its reasons."""
    ended = run_script("quickstart")

    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert "passed  order_status" in lines
    assert all(f"failed  {scenario_id}" in lines for scenario_id in WEAKNESSES)
    assert any("escalate_to_human was not called" in line for line in lines)
    assert "tests_passed 19" in [" ".join(line.split()) for line in lines]


def test_scored_rows_prints_rows_and_summary() -> None:
    """The script scores rows without key and network; a row whose task fails is shown with its error."""
    ended = run_script("scored_rows")

    assert (ended.returncode, ended.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert "Kenya Nairobi {'exact_match': 1.0, 'levenshtein': 1.0}" in lines
    assert "Atlantis KeyError: 'Atlantis' {}" in lines
    assert "exact_match mean 0.75 of 4 rows, 1 without a score" in lines


def test_observed_agent_shows_calls_and_gates() -> None:
    """The script shows each tool call with its result, why a test failed, the cost, and ends with 1 below the gate."""
    ended = run_script("observed_agent")

    assert (ended.returncode, ended.stderr) == (1, "")
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert "refund({'order': 'A1', 'amount': 10}) -> refunded 10 EUR for A1" in lines
    assert "find_order({'order': 'B7'}) -> LookupError: no order B7" in lines
    assert "contains scored 0: the output does not contain 'which order'" in lines
    assert ["10 tests, 0.0010 USD", "gate: pass_rate is 90.0 %, below 95.0 %"] == lines[-2:]


def test_llm_agent_script_evaluates_the_model() -> None:
    """With a key the script plays the dataset with the model and prints the same table."""
    with chat({"content": "You have 30 days after delivery to return an item for a full refund."}) as (_, server):
        url = server.endpoint.url
        ended = run_script("llm_agent", OPENAI_API_KEY="sk-canary", OPENAI_BASE_URL=url)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "passed  return_policy" in ended.stdout.splitlines()
    assert "failed  order_status" in ended.stdout.splitlines()


@pytest.mark.integration
@pytest.mark.parametrize(("name", "library"), [("langgraph_agent", "langgraph"), ("openai_agents_agent", "agents")])
def test_agents_of_frameworks_are_recorded_and_tested(name: str, library: str) -> None:
    """Without a key the examples talk to a stand-in, and show the model calls, the tool, and the test."""
    pytest.importorskip(library, reason="the extra `full` is not installed")

    ended = run_script(name)

    assert 0 == ended.returncode, ended.stderr
    shown = ended.stdout.splitlines()
    assert "The refund of A1 was paid on Monday." == shown[0]
    assert 2 == len([line for line in shown if "tokens" in line])
    assert "  tool:find_refund: {'order': 'A1'} -> The refund of A1 was paid on Monday." in shown
    assert "  Refund of an order: find_refund exact" == shown[-1]


def run_script(name: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", f"examples.{name}"],
        cwd=EXAMPLES.parent,
        env=kept | environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
