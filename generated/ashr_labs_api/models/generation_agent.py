from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.accepted_inputs import AcceptedInputs
    from ..models.generation_tool import GenerationTool
    from ..models.input_schema import InputSchema
    from ..models.output_format import OutputFormat


T = TypeVar("T", bound="GenerationAgent")


@_attrs_define
class GenerationAgent:
    """The agent to generate scenarios for.

    Attributes:
        name (str | Unset):
        description (str | Unset):
        system_prompt (str | Unset):
        tools (list[GenerationTool] | Unset):
        accepted_inputs (AcceptedInputs | Unset): Which kinds of input the agent takes.
        output_format (OutputFormat | Unset):
        input_schema (InputSchema | Unset):
    """

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    system_prompt: str | Unset = UNSET
    tools: list[GenerationTool] | Unset = UNSET
    accepted_inputs: AcceptedInputs | Unset = UNSET
    output_format: OutputFormat | Unset = UNSET
    input_schema: InputSchema | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        description = self.description

        system_prompt = self.system_prompt

        tools: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.tools, Unset):
            tools = []
            for tools_item_data in self.tools:
                tools_item = tools_item_data.to_dict()
                tools.append(tools_item)

        accepted_inputs: dict[str, Any] | Unset = UNSET
        if not isinstance(self.accepted_inputs, Unset):
            accepted_inputs = self.accepted_inputs.to_dict()

        output_format: dict[str, Any] | Unset = UNSET
        if not isinstance(self.output_format, Unset):
            output_format = self.output_format.to_dict()

        input_schema: dict[str, Any] | Unset = UNSET
        if not isinstance(self.input_schema, Unset):
            input_schema = self.input_schema.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if system_prompt is not UNSET:
            field_dict["system_prompt"] = system_prompt
        if tools is not UNSET:
            field_dict["tools"] = tools
        if accepted_inputs is not UNSET:
            field_dict["accepted_inputs"] = accepted_inputs
        if output_format is not UNSET:
            field_dict["output_format"] = output_format
        if input_schema is not UNSET:
            field_dict["input_schema"] = input_schema

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.accepted_inputs import AcceptedInputs  # noqa: PLC0415
        from ..models.generation_tool import GenerationTool  # noqa: PLC0415
        from ..models.input_schema import InputSchema  # noqa: PLC0415
        from ..models.output_format import OutputFormat  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name", UNSET)

        description = d.pop("description", UNSET)

        system_prompt = d.pop("system_prompt", UNSET)

        _tools = d.pop("tools", UNSET)
        tools: list[GenerationTool] | Unset = UNSET
        if _tools is not UNSET:
            tools = []
            for tools_item_data in _tools:
                tools_item = GenerationTool.from_dict(tools_item_data)

                tools.append(tools_item)

        _accepted_inputs = d.pop("accepted_inputs", UNSET)
        accepted_inputs: AcceptedInputs | Unset
        if isinstance(_accepted_inputs, Unset):
            accepted_inputs = UNSET
        else:
            accepted_inputs = AcceptedInputs.from_dict(_accepted_inputs)

        _output_format = d.pop("output_format", UNSET)
        output_format: OutputFormat | Unset
        if isinstance(_output_format, Unset):
            output_format = UNSET
        else:
            output_format = OutputFormat.from_dict(_output_format)

        _input_schema = d.pop("input_schema", UNSET)
        input_schema: InputSchema | Unset
        if isinstance(_input_schema, Unset):
            input_schema = UNSET
        else:
            input_schema = InputSchema.from_dict(_input_schema)

        generation_agent = cls(
            name=name,
            description=description,
            system_prompt=system_prompt,
            tools=tools,
            accepted_inputs=accepted_inputs,
            output_format=output_format,
            input_schema=input_schema,
        )

        return generation_agent
