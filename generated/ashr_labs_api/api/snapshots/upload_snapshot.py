from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.agent_snapshot import AgentSnapshot
from ...models.keystone_error import KeystoneError
from ...models.upload_snapshot_form import UploadSnapshotForm
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: UploadSnapshotForm,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/agents",
    }

    _kwargs["files"] = body.to_multipart()

    headers["Content-Type"] = "multipart/form-data; boundary=+++"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AgentSnapshot | KeystoneError | None:
    if response.status_code == 201:
        response_201 = AgentSnapshot.from_dict(response.json())

        return response_201

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
) -> Response[AgentSnapshot | KeystoneError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: UploadSnapshotForm,
    idempotency_key: str | Unset = UNSET,
) -> Response[AgentSnapshot | KeystoneError]:
    """Upload the files of an agent.

     They become the next version of the agent's name, also if an earlier version has the same files. A
    tag moves to the new version.

    Args:
        idempotency_key (str | Unset):
        body (UploadSnapshotForm):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AgentSnapshot | KeystoneError]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: UploadSnapshotForm,
    idempotency_key: str | Unset = UNSET,
) -> AgentSnapshot | KeystoneError | None:
    """Upload the files of an agent.

     They become the next version of the agent's name, also if an earlier version has the same files. A
    tag moves to the new version.

    Args:
        idempotency_key (str | Unset):
        body (UploadSnapshotForm):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AgentSnapshot | KeystoneError
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: UploadSnapshotForm,
    idempotency_key: str | Unset = UNSET,
) -> Response[AgentSnapshot | KeystoneError]:
    """Upload the files of an agent.

     They become the next version of the agent's name, also if an earlier version has the same files. A
    tag moves to the new version.

    Args:
        idempotency_key (str | Unset):
        body (UploadSnapshotForm):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AgentSnapshot | KeystoneError]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: UploadSnapshotForm,
    idempotency_key: str | Unset = UNSET,
) -> AgentSnapshot | KeystoneError | None:
    """Upload the files of an agent.

     They become the next version of the agent's name, also if an earlier version has the same files. A
    tag moves to the new version.

    Args:
        idempotency_key (str | Unset):
        body (UploadSnapshotForm):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AgentSnapshot | KeystoneError
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
