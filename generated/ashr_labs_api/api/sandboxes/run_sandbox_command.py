from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.command_result import CommandResult
from ...models.keystone_error import KeystoneError
from ...models.run_sandbox_command_request import RunSandboxCommandRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    sandbox_id: str,
    *,
    body: RunSandboxCommandRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/sandboxes/{sandbox_id}/commands".format(
            sandbox_id=quote(str(sandbox_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CommandResult | KeystoneError | None:
    if response.status_code == 200:
        response_200 = CommandResult.from_dict(response.json())

        return response_200

    if 400 <= response.status_code <= 499:
        response_4xx = KeystoneError.from_dict(response.json())

        return response_4xx

    if 500 <= response.status_code <= 599:
        response_5xx = KeystoneError.from_dict(response.json())

        return response_5xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CommandResult | KeystoneError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RunSandboxCommandRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[CommandResult | KeystoneError]:
    """Run a command in a sandbox.

     Runs `sh -c COMMAND` in the workspace and answers when it has ended. A command that runs out of time
    is killed with all processes that it started; its exit code is 124, and the output until then is in
    the answer.

    Args:
        sandbox_id (str):
        idempotency_key (str | Unset):
        body (RunSandboxCommandRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CommandResult | KeystoneError]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RunSandboxCommandRequest,
    idempotency_key: str | Unset = UNSET,
) -> CommandResult | KeystoneError | None:
    """Run a command in a sandbox.

     Runs `sh -c COMMAND` in the workspace and answers when it has ended. A command that runs out of time
    is killed with all processes that it started; its exit code is 124, and the output until then is in
    the answer.

    Args:
        sandbox_id (str):
        idempotency_key (str | Unset):
        body (RunSandboxCommandRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CommandResult | KeystoneError
    """

    return sync_detailed(
        sandbox_id=sandbox_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RunSandboxCommandRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[CommandResult | KeystoneError]:
    """Run a command in a sandbox.

     Runs `sh -c COMMAND` in the workspace and answers when it has ended. A command that runs out of time
    is killed with all processes that it started; its exit code is 124, and the output until then is in
    the answer.

    Args:
        sandbox_id (str):
        idempotency_key (str | Unset):
        body (RunSandboxCommandRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CommandResult | KeystoneError]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RunSandboxCommandRequest,
    idempotency_key: str | Unset = UNSET,
) -> CommandResult | KeystoneError | None:
    """Run a command in a sandbox.

     Runs `sh -c COMMAND` in the workspace and answers when it has ended. A command that runs out of time
    is killed with all processes that it started; its exit code is 124, and the output until then is in
    the answer.

    Args:
        sandbox_id (str):
        idempotency_key (str | Unset):
        body (RunSandboxCommandRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CommandResult | KeystoneError
    """

    return (
        await asyncio_detailed(
            sandbox_id=sandbox_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
