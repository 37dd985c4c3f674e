"""Every public method of the public package 0.3.1 against a platform; run by the interpreter that has it installed.

    python public_package.py URL KEY

Ends with code 0 when all went as documented; prints, as its last line, the methods of the client that were called.
"""

from __future__ import annotations

import functools
import json
import sys
import urllib.request
from types import SimpleNamespace
from typing import Any

import ashr_labs

URL, KEY = sys.argv[1:]
CALLED: set[str] = set()

SOURCE = {
    "runs": {
        "greeting": {
            "title": "A greeting",
            "actions": [
                {"actor": "user", "content": "hi", "name": "says hi"},
                {
                    "actor": "agent",
                    "content": "hello there",
                    "name": "greets",
                    "expected_response": {"tool_calls": [{"name": "greet", "arguments_json": '{"who": "you"}'}]},
                },
            ],
        }
    }
}
CONFIG = {
    "agent": {
        "name": "Bot",
        "description": "Greets people",
        "accepted_inputs": {"text": True},
        "tools": [{"name": "greet", "parameters": {"type": "object", "properties": {"who": {"type": "string"}}}}],
    },
    "context": {"domain": "small talk", "use_case": "greeting"},
    "generation_options": {"generate_audio": False},
}


class Client(ashr_labs.AshrLabsClient):
    """The client, remembering which of its methods were called."""

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_"):
            CALLED.add(name)
        return super().__getattribute__(name)


class Greeter:
    def reset(self) -> None: ...

    def respond(self, message: str) -> dict[str, Any]:
        return {"text": "hello there", "tool_calls": [{"name": "greet", "arguments_json": '{"who": "you"}'}]}


class Mute(Greeter):
    def respond(self, message: str) -> dict[str, Any]:
        return {"text": "", "tool_calls": []}


def main() -> None:
    client = Client(api_key=KEY, base_url=URL)
    sessions(client)
    agent_id = agents(client)
    dataset_id = datasets(client, agent_id)
    runs(client, dataset_id, agent_id)
    generation(client)
    observability(client)
    api_keys(client)
    errors(client)
    check(client.delete_agent(agent_id)["status"], "ok")
    check([agent["id"] for agent in client.list_agents()], [])


def sessions(client: Client) -> None:
    session = client.init()
    check((session["status"], session["user"]["tenant"]), ("ok", session["tenant"]["id"]))
    check(client.health_check()["status"], "ok")
    check((client.get_notes(), client.notes), ([], []))


def agents(client: Client) -> int:
    config = {"grading_config": {"tool_strictness": {"greet": "required"}}}
    agent = client.create_agent("Bot", description="Greets", config=config)
    check((agent["name"], agent["config"]), ("Bot", config))
    check(client.update_agent(agent["id"], name="Greeter")["name"], "Greeter")
    check([(one["id"], one["dataset_count"]) for one in client.list_agents()], [(agent["id"], 0)])
    check(client.get_notes(agent_id=agent["id"]), [])
    return agent["id"]


def datasets(client: Client, agent_id: int) -> int:
    # The public package cannot store a dataset; the platform can.
    dataset_id = raw("create_dataset", name="Greetings", dataset_source=SOURCE)["dataset"]["id"]
    check(client.get_dataset(dataset_id, include_signed_urls=True, url_expires_seconds=60)["dataset_source"], SOURCE)
    check(client.set_dataset_agent(dataset_id, agent_id)["status"], "ok")
    check(
        [one["id"] for one in client.get_agent_datasets(agent_id, include_signed_urls=True)["datasets"]], [dataset_id]
    )
    page = client.list_datasets(limit=1)
    check((page["datasets"][0]["id"], page["next_cursor"]), (dataset_id, None))
    check(client.list_datasets(cursor=dataset_id)["datasets"], [])
    return dataset_id


def runs(client: Client, dataset_id: int, agent_id: int) -> None:
    runner = ashr_labs.EvalRunner.from_dataset(client, dataset_id)
    created = runner.run_and_deploy(Greeter(), client, dataset_id=dataset_id)
    check((created["grading_status"], created["result"]["aggregate_metrics"]["tests_passed"]), ("pending", None))
    seen: list[float] = []
    good = client.poll_run(created["id"], poll_interval=1, on_poll=lambda seconds, _: seen.append(seconds))
    check((good["grading_status"], good["result"]["aggregate_metrics"]["tests_passed"]), ("completed", 1))

    bad = runner.run(Mute(), max_workers=2).deploy(client, dataset_id, agent_id=agent_id)
    check(client.poll_run(bad["id"], poll_interval=1)["result"]["aggregate_metrics"]["tests_failed"], 1)
    check([one["id"] for one in client.list_runs(dataset_id=dataset_id)["runs"]], [bad["id"], good["id"]])
    check(client.delete_run(bad["id"])["status"], "ok")

    bare = client.create_run(dataset_id, built_by_hand())
    check(client.poll_run(bare["id"], poll_interval=1)["result"]["tests"][0]["vm_stream"]["provider"], "kernel")
    check(client.get_run(bare["id"])["id"], bare["id"])


def built_by_hand() -> Any:
    run = ashr_labs.RunBuilder()
    run.start()
    test = run.add_test("by hand")
    test.start()
    test.add_user_file("a.txt", "a file")
    test.add_user_text("hi", "says hi")
    call = {"name": "greet", "arguments_json": "{}"}
    status, comparison = ashr_labs.compare_args_structural(call, call)
    test.add_tool_call(call, call, status, argument_comparison=comparison, action_index=1)
    test.add_agent_response({"text": "hello"}, {"text": "hello"}, "exact", semantic_similarity=1.0)
    test.set_vm_stream("browserbase", session_id="s", duration_ms=5, logs=[], metadata={})
    test.set_kernel_vm("s", duration_ms=5, logs=[], live_view_url="https://example.test")
    test.complete()
    run.complete()
    return run.build()


def generation(client: Client) -> None:
    schema = {"type": "object"}
    request = client.create_request("Generated", CONFIG, schema)
    check(client.wait_for_request(request["id"], poll_interval=0.05)["request_status"], "completed")
    check(client.get_request(request["id"])["request_status"], "completed")
    check([one["id"] for one in client.list_requests(status="completed", limit=10)["requests"]], [request["id"]])
    dataset_id, source = client.generate_dataset("Generated again", CONFIG, poll_interval=0.05)
    check(client.get_dataset(dataset_id)["dataset_source"], source)
    check(bool(source["runs"]), True)

    asked = client.request_pentest_dataset("Bot", agent_description="Greets", categories=["jailbreak"])
    check(client.wait_for_request(asked["id"], poll_interval=0.05)["request_status"], "completed")
    _, attacks = client.generate_pentest_dataset(
        "Bot", agent_description="Greets", categories=["jailbreak"], num_scenarios_per_category=2, poll_interval=0.05
    )
    check(len(attacks["runs"]), 2)
    report = SimpleNamespace(agent_name="Bot", categories=[], model_dump=lambda mode: {"made": "by hand"})
    result: Any = ashr_labs.PentestResult  # which this package does not have
    check(result(report).deploy(client)["status"], "ok")


def observability(client: Client) -> None:
    trace = client.trace("chat", user_id="u", session_id="s", metadata={"k": 1}, tags=["t"])
    generation = trace.generation("answer", model="m", input=[{"role": "user", "content": "hi"}])
    generation.end(output="hello", usage={"input_tokens": 3, "output_tokens": 2})
    with trace.span("tool:greet", input={"who": "you"}) as span:
        span.event("greeted", level="DEFAULT")
        span.end(output={"error": "no such host"}, level="ERROR", status_message="no such host")
    ended = trace.end(output="bye")
    check(trace.trace_id, ended["trace_id"])

    listed = client.list_observability_traces(user_id="u", session_id="s", limit=10, page=1)
    check((listed["total"], listed["traces"][0]["id"]), (1, ended["trace_id"]))
    check(len(client.get_observability_trace(ended["trace_id"])["trace"]["observations"]), 3)
    analytics = client.get_observability_analytics(days=1)
    check(analytics["overview"]["total_traces"], 1)
    check([one["tool_name"] for one in analytics["tool_performance"]], ["greet"])
    check([one["model"] for one in analytics["model_usage"]], ["m"])
    check(client.get_observability_errors(days=1, limit=5, page=1)["total"], 1)
    check(client.get_observability_tool_errors(days=1, limit=5, page=1)["total"], 1)


def api_keys(client: Client) -> None:
    made = raw("create_api_key", name="second")["api_key"]
    check(made["id"] in [one["id"] for one in client.list_api_keys()], True)
    second = ashr_labs.AshrLabsClient(api_key=made["key"], base_url=URL)
    check(second.health_check()["status"], "ok")
    check(client.revoke_api_key(made["id"])["status"], "ok")
    refused(ashr_labs.AuthenticationError, 401, second.health_check)
    check(made["id"] in [one["id"] for one in client.list_api_keys(include_inactive=True)], True)


def errors(client: Client) -> None:
    refused(ashr_labs.AuthenticationError, 401, ashr_labs.AshrLabsClient(api_key="tp_wrong", base_url=URL).init)
    refused(ashr_labs.AuthorizationError, 403, functools.partial(client.list_datasets, tenant_id=999))
    refused(ashr_labs.NotFoundError, 404, functools.partial(client.get_run, 999_999))
    refused(ashr_labs.ValidationError, 422, functools.partial(client.create_agent, ""))
    # Undocumented functions of the public package: refused in words, as anything unknown is.
    refused(ashr_labs.AshrLabsError, 400, functools.partial(client.get_lightberry_scenario, 1))
    asked = client.create_lightberry_request("Worlds", categories=["kitchen"])
    try:
        client.wait_for_request(asked["id"], poll_interval=0.05)
    except ashr_labs.AshrLabsError as error:
        check("agent" in str(error), True)
    else:
        raise AssertionError("a request to a closed port was answered")
    check(Client.from_env().init()["status"], "ok")
    CALLED.add("from_env")


def refused(kind: type, status: int, call: Any) -> None:
    try:
        call()
    except ashr_labs.AshrLabsError as error:
        check((type(error), error.status_code), (kind, status))
    else:
        raise AssertionError(f"{call} was not refused")


def raw(function: str, **params: Any) -> Any:
    headers = {"content-type": "application/json", "authorization": f"Bearer {KEY}"}
    body = json.dumps({"function": function, **params}).encode()
    with urllib.request.urlopen(urllib.request.Request(URL, body, headers)) as answer:
        return json.load(answer)


def check(found: Any, expected: Any) -> None:
    if found != expected:
        raise AssertionError(f"expected {expected!r}, found {found!r}")


if __name__ == "__main__":
    main()
    public = {name for name in vars(ashr_labs.AshrLabsClient) if not name.startswith("_")}
    check(public - CALLED - {"DEFAULT_BASE_URL"}, set())
    sys.stdout.write(json.dumps(sorted(public & CALLED)) + "\n")
