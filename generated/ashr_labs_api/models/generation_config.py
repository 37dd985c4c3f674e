from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.expected_behaviors import ExpectedBehaviors
    from ..models.generation_agent import GenerationAgent
    from ..models.generation_context import GenerationContext
    from ..models.generation_metadata import GenerationMetadata
    from ..models.generation_options import GenerationOptions
    from ..models.pentest_config import PentestConfig
    from ..models.test_config import TestConfig
    from ..models.website_simulation import WebsiteSimulation


T = TypeVar("T", bound="GenerationConfig")


@_attrs_define
class GenerationConfig:
    """The dataset to generate.

    Attributes:
        agent (GenerationAgent): The agent to generate scenarios for.
        context (GenerationContext): Where the agent works.
        generation_options (GenerationOptions | Unset):
        test_config (TestConfig | Unset):
        expected_behaviors (ExpectedBehaviors | Unset):
        metadata (GenerationMetadata | Unset):
        website_simulation (WebsiteSimulation | Unset):
        pentest_config (PentestConfig | Unset):
    """

    agent: GenerationAgent
    context: GenerationContext
    generation_options: GenerationOptions | Unset = UNSET
    test_config: TestConfig | Unset = UNSET
    expected_behaviors: ExpectedBehaviors | Unset = UNSET
    metadata: GenerationMetadata | Unset = UNSET
    website_simulation: WebsiteSimulation | Unset = UNSET
    pentest_config: PentestConfig | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        agent = self.agent.to_dict()

        context = self.context.to_dict()

        generation_options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.generation_options, Unset):
            generation_options = self.generation_options.to_dict()

        test_config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.test_config, Unset):
            test_config = self.test_config.to_dict()

        expected_behaviors: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expected_behaviors, Unset):
            expected_behaviors = self.expected_behaviors.to_dict()

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        website_simulation: dict[str, Any] | Unset = UNSET
        if not isinstance(self.website_simulation, Unset):
            website_simulation = self.website_simulation.to_dict()

        pentest_config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.pentest_config, Unset):
            pentest_config = self.pentest_config.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "agent": agent,
                "context": context,
            }
        )
        if generation_options is not UNSET:
            field_dict["generation_options"] = generation_options
        if test_config is not UNSET:
            field_dict["test_config"] = test_config
        if expected_behaviors is not UNSET:
            field_dict["expected_behaviors"] = expected_behaviors
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if website_simulation is not UNSET:
            field_dict["website_simulation"] = website_simulation
        if pentest_config is not UNSET:
            field_dict["pentest_config"] = pentest_config

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.expected_behaviors import ExpectedBehaviors  # noqa: PLC0415
        from ..models.generation_agent import GenerationAgent  # noqa: PLC0415
        from ..models.generation_context import GenerationContext  # noqa: PLC0415
        from ..models.generation_metadata import GenerationMetadata  # noqa: PLC0415
        from ..models.generation_options import GenerationOptions  # noqa: PLC0415
        from ..models.pentest_config import PentestConfig  # noqa: PLC0415
        from ..models.test_config import TestConfig  # noqa: PLC0415
        from ..models.website_simulation import WebsiteSimulation  # noqa: PLC0415

        d = dict(src_dict)
        agent = GenerationAgent.from_dict(d.pop("agent"))

        context = GenerationContext.from_dict(d.pop("context"))

        _generation_options = d.pop("generation_options", UNSET)
        generation_options: GenerationOptions | Unset
        if isinstance(_generation_options, Unset):
            generation_options = UNSET
        else:
            generation_options = GenerationOptions.from_dict(_generation_options)

        _test_config = d.pop("test_config", UNSET)
        test_config: TestConfig | Unset
        if isinstance(_test_config, Unset):
            test_config = UNSET
        else:
            test_config = TestConfig.from_dict(_test_config)

        _expected_behaviors = d.pop("expected_behaviors", UNSET)
        expected_behaviors: ExpectedBehaviors | Unset
        if isinstance(_expected_behaviors, Unset):
            expected_behaviors = UNSET
        else:
            expected_behaviors = ExpectedBehaviors.from_dict(_expected_behaviors)

        _metadata = d.pop("metadata", UNSET)
        metadata: GenerationMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = GenerationMetadata.from_dict(_metadata)

        _website_simulation = d.pop("website_simulation", UNSET)
        website_simulation: WebsiteSimulation | Unset
        if isinstance(_website_simulation, Unset):
            website_simulation = UNSET
        else:
            website_simulation = WebsiteSimulation.from_dict(_website_simulation)

        _pentest_config = d.pop("pentest_config", UNSET)
        pentest_config: PentestConfig | Unset
        if isinstance(_pentest_config, Unset):
            pentest_config = UNSET
        else:
            pentest_config = PentestConfig.from_dict(_pentest_config)

        generation_config = cls(
            agent=agent,
            context=context,
            generation_options=generation_options,
            test_config=test_config,
            expected_behaviors=expected_behaviors,
            metadata=metadata,
            website_simulation=website_simulation,
            pentest_config=pentest_config,
        )

        return generation_config
