from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.input_toggle import InputToggle


T = TypeVar("T", bound="AcceptedInputs")


@_attrs_define
class AcceptedInputs:
    """Which kinds of input the agent takes.

    Attributes:
        text (bool | InputToggle | Unset):
        audio (bool | InputToggle | Unset):
        file (bool | InputToggle | Unset):
        image (bool | InputToggle | Unset):
        video (bool | InputToggle | Unset):
        conversation (bool | InputToggle | Unset):
    """

    text: bool | InputToggle | Unset = UNSET
    audio: bool | InputToggle | Unset = UNSET
    file: bool | InputToggle | Unset = UNSET
    image: bool | InputToggle | Unset = UNSET
    video: bool | InputToggle | Unset = UNSET
    conversation: bool | InputToggle | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.input_toggle import InputToggle  # noqa: PLC0415

        text: bool | dict[str, Any] | Unset
        if isinstance(self.text, Unset):
            text = UNSET
        elif isinstance(self.text, InputToggle):
            text = self.text.to_dict()
        else:
            text = self.text

        audio: bool | dict[str, Any] | Unset
        if isinstance(self.audio, Unset):
            audio = UNSET
        elif isinstance(self.audio, InputToggle):
            audio = self.audio.to_dict()
        else:
            audio = self.audio

        file: bool | dict[str, Any] | Unset
        if isinstance(self.file, Unset):
            file = UNSET
        elif isinstance(self.file, InputToggle):
            file = self.file.to_dict()
        else:
            file = self.file

        image: bool | dict[str, Any] | Unset
        if isinstance(self.image, Unset):
            image = UNSET
        elif isinstance(self.image, InputToggle):
            image = self.image.to_dict()
        else:
            image = self.image

        video: bool | dict[str, Any] | Unset
        if isinstance(self.video, Unset):
            video = UNSET
        elif isinstance(self.video, InputToggle):
            video = self.video.to_dict()
        else:
            video = self.video

        conversation: bool | dict[str, Any] | Unset
        if isinstance(self.conversation, Unset):
            conversation = UNSET
        elif isinstance(self.conversation, InputToggle):
            conversation = self.conversation.to_dict()
        else:
            conversation = self.conversation

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if text is not UNSET:
            field_dict["text"] = text
        if audio is not UNSET:
            field_dict["audio"] = audio
        if file is not UNSET:
            field_dict["file"] = file
        if image is not UNSET:
            field_dict["image"] = image
        if video is not UNSET:
            field_dict["video"] = video
        if conversation is not UNSET:
            field_dict["conversation"] = conversation

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.input_toggle import InputToggle  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_text(data: object) -> bool | InputToggle | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_input_setting_type_1 = InputToggle.from_dict(data)

                return componentsschemas_input_setting_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(bool | InputToggle | Unset, data)

        text = _parse_text(d.pop("text", UNSET))

        def _parse_audio(data: object) -> bool | InputToggle | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_input_setting_type_1 = InputToggle.from_dict(data)

                return componentsschemas_input_setting_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(bool | InputToggle | Unset, data)

        audio = _parse_audio(d.pop("audio", UNSET))

        def _parse_file(data: object) -> bool | InputToggle | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_input_setting_type_1 = InputToggle.from_dict(data)

                return componentsschemas_input_setting_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(bool | InputToggle | Unset, data)

        file = _parse_file(d.pop("file", UNSET))

        def _parse_image(data: object) -> bool | InputToggle | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_input_setting_type_1 = InputToggle.from_dict(data)

                return componentsschemas_input_setting_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(bool | InputToggle | Unset, data)

        image = _parse_image(d.pop("image", UNSET))

        def _parse_video(data: object) -> bool | InputToggle | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_input_setting_type_1 = InputToggle.from_dict(data)

                return componentsschemas_input_setting_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(bool | InputToggle | Unset, data)

        video = _parse_video(d.pop("video", UNSET))

        def _parse_conversation(data: object) -> bool | InputToggle | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_input_setting_type_1 = InputToggle.from_dict(data)

                return componentsschemas_input_setting_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(bool | InputToggle | Unset, data)

        conversation = _parse_conversation(d.pop("conversation", UNSET))

        accepted_inputs = cls(
            text=text,
            audio=audio,
            file=file,
            image=image,
            video=video,
            conversation=conversation,
        )

        return accepted_inputs
