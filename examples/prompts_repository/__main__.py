"""Keep prompts as files of a repository: publish what has changed, test each version, and release the better one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ashr_labs import AshrLabsClient, EvalRunner, NotFoundError, Prompt, compare, grade

if TYPE_CHECKING:
    from collections.abc import Mapping

PROMPTS = Path(__file__).parent / "prompts"
CUSTOMERS = [f"Customer {number}" for number in range(1, 13)]
PATIENT = 4
"""As many of the customers ask for no refund."""


def publish(client: AshrLabsClient, files: Mapping[str, str]) -> dict[str, Prompt]:
    """Store a new version of each prompt whose text differs from the newest one; return the newest versions."""
    return {slug: _published(client, slug, template) for slug, template in files.items()}


def _published(client: AshrLabsClient, slug: str, template: str) -> Prompt:
    try:
        newest = client.prompts.get(slug)
    except NotFoundError:
        return client.prompts.create(slug, template, tag="production")
    return newest if newest.template == template else client.prompts.create(slug, template)


def evaluate(prompt: Prompt) -> dict[str, Any]:
    """Play every scenario with an agent of this prompt, and return the graded result."""

    class Agent:
        """Simulates a model: it offers a refund if its prompt says so, or the customer does."""

        def reset(self) -> None: ...

        def respond(self, message: str) -> dict[str, Any]:
            offers = "without being asked" in prompt.template or "refund" in message
            calls = [{"name": "offer_refund", "arguments": {}}] if offers else []
            return {"text": "I am sorry.", "tool_calls": calls}

    return grade(EvalRunner({"runs": dict(map(_scenario, CUSTOMERS))}).run(Agent()).build())


def _scenario(customer: str) -> tuple[str, dict[str, Any]]:
    asks = "I want a refund." if CUSTOMERS.index(customer) >= len(CUSTOMERS) - PATIENT else "It arrived broken."
    reply = {
        "actor": "agent",
        "content": "I am sorry.",
        "expected_response": {"tool_calls": [{"name": "offer_refund"}]},
    }
    return customer, {"title": customer, "actions": [{"actor": "user", "content": asks}, reply]}


def main() -> None:
    """Publish the prompts of yesterday and of today, and move the tag `production` if today's version is better."""
    today = {path.stem: path.read_text("utf-8").strip() for path in sorted(PROMPTS.glob("*.md"))}
    yesterday = {**today, "refund": "You answer customers of a shop. Apologize for {reason}."}
    with AshrLabsClient.local() as client:
        publish(client, yesterday)
        for slug, candidate in publish(client, today).items():
            released = client.prompts.get(slug, tag="production")
            if candidate.version == released.version:
                print(f"{slug}: version {released.version}, unchanged")
                continue
            found = compare(evaluate(released), evaluate(candidate))
            print(f"{slug}: version {candidate.version} is {found.verdict}: {len(found.fixed)} fixed")
            if found.verdict == "better":
                client.prompts.set_tag(slug, "production", candidate.version)
        print("production:", [(one.slug, one.version) for one in production(client)])


def production(client: AshrLabsClient) -> list[Prompt]:
    """Return the released version of each prompt."""
    return [client.prompts.get(prompt.slug, tag="production") for prompt in client.prompts.list()]


if __name__ == "__main__":
    main()
