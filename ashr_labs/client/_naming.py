"""Name client classes and their methods as users know them, in messages and tracebacks."""

from __future__ import annotations

from types import FunctionType
from typing import TypeVar

__all__ = ["public"]

Class = TypeVar("Class", bound=type)


def public(cls: Class) -> Class:
    """Name the module of a class `ashr_labs`, and its methods, inherited ones included, after the class.

    Python names the defining class in errors: `AshrLabsClient.poll_run() got an unexpected keyword argument` is of more
    use than the name of a private base class. Methods of bases that several classes share are copied.
    """
    home = cls.__module__.rpartition(".")[0]
    for base in cls.__mro__[:-1]:
        for name, member in tuple(vars(base).items()):
            if not isinstance(member, FunctionType) or getattr(cls, name) is not member:
                continue
            method = member
            if base.__module__.rpartition(".")[0] != home:
                method = _copy(member)
                setattr(cls, name, method)
            method.__qualname__ = f"{cls.__name__}.{name}"
    cls.__module__ = "ashr_labs"
    return cls


def _copy(function: FunctionType) -> FunctionType:
    copy = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__doc__ = function.__doc__
    copy.__annotations__ = function.__annotations__
    return copy
