from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="GenerationOptions")


@_attrs_define
class GenerationOptions:
    """
    Attributes:
        scenario_count (int | Unset):
        generate_audio (bool | Unset):
        generate_files (bool | Unset):
        generate_images (bool | Unset):
        generate_videos (bool | Unset):
        generate_simulations (bool | Unset):
    """

    scenario_count: int | Unset = UNSET
    generate_audio: bool | Unset = UNSET
    generate_files: bool | Unset = UNSET
    generate_images: bool | Unset = UNSET
    generate_videos: bool | Unset = UNSET
    generate_simulations: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        scenario_count = self.scenario_count

        generate_audio = self.generate_audio

        generate_files = self.generate_files

        generate_images = self.generate_images

        generate_videos = self.generate_videos

        generate_simulations = self.generate_simulations

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if scenario_count is not UNSET:
            field_dict["scenario_count"] = scenario_count
        if generate_audio is not UNSET:
            field_dict["generate_audio"] = generate_audio
        if generate_files is not UNSET:
            field_dict["generate_files"] = generate_files
        if generate_images is not UNSET:
            field_dict["generate_images"] = generate_images
        if generate_videos is not UNSET:
            field_dict["generate_videos"] = generate_videos
        if generate_simulations is not UNSET:
            field_dict["generate_simulations"] = generate_simulations

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        scenario_count = d.pop("scenario_count", UNSET)

        generate_audio = d.pop("generate_audio", UNSET)

        generate_files = d.pop("generate_files", UNSET)

        generate_images = d.pop("generate_images", UNSET)

        generate_videos = d.pop("generate_videos", UNSET)

        generate_simulations = d.pop("generate_simulations", UNSET)

        generation_options = cls(
            scenario_count=scenario_count,
            generate_audio=generate_audio,
            generate_files=generate_files,
            generate_images=generate_images,
            generate_videos=generate_videos,
            generate_simulations=generate_simulations,
        )

        return generation_options
