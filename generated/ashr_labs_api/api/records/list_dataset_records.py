from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.dataset_record import DatasetRecord
from ...models.keystone_error import KeystoneError
from ...types import UNSET, Response, Unset


def _get_kwargs(
    dataset: str,
    *,
    version: int | Unset = UNSET,
    tags: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    after: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["version"] = version

    params["tags"] = tags

    params["limit"] = limit

    params["after"] = after

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/datasets/{dataset}/records".format(
            dataset=quote(str(dataset), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | list[DatasetRecord] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for response_200_item_data in _response_200:
            response_200_item = DatasetRecord.from_dict(response_200_item_data)

            response_200.append(response_200_item)

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
) -> Response[KeystoneError | list[DatasetRecord]]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    dataset: str,
    *,
    client: AuthenticatedClient | Client,
    version: int | Unset = UNSET,
    tags: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    after: str | Unset = UNSET,
) -> Response[KeystoneError | list[DatasetRecord]]:
    """List the records of a version, in the order in which they were added.

     All of them if they are less than 16 MB. Further ones than `limit` follow with the last id as
    `after`, until a page is empty; large records make a page shorter than `limit`.

    Args:
        dataset (str):
        version (int | Unset):
        tags (str | Unset):
        limit (int | Unset):
        after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | list[DatasetRecord]]
    """

    kwargs = _get_kwargs(
        dataset=dataset,
        version=version,
        tags=tags,
        limit=limit,
        after=after,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    dataset: str,
    *,
    client: AuthenticatedClient | Client,
    version: int | Unset = UNSET,
    tags: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    after: str | Unset = UNSET,
) -> KeystoneError | list[DatasetRecord] | None:
    """List the records of a version, in the order in which they were added.

     All of them if they are less than 16 MB. Further ones than `limit` follow with the last id as
    `after`, until a page is empty; large records make a page shorter than `limit`.

    Args:
        dataset (str):
        version (int | Unset):
        tags (str | Unset):
        limit (int | Unset):
        after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | list[DatasetRecord]
    """

    return sync_detailed(
        dataset=dataset,
        client=client,
        version=version,
        tags=tags,
        limit=limit,
        after=after,
    ).parsed


async def asyncio_detailed(
    dataset: str,
    *,
    client: AuthenticatedClient | Client,
    version: int | Unset = UNSET,
    tags: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    after: str | Unset = UNSET,
) -> Response[KeystoneError | list[DatasetRecord]]:
    """List the records of a version, in the order in which they were added.

     All of them if they are less than 16 MB. Further ones than `limit` follow with the last id as
    `after`, until a page is empty; large records make a page shorter than `limit`.

    Args:
        dataset (str):
        version (int | Unset):
        tags (str | Unset):
        limit (int | Unset):
        after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | list[DatasetRecord]]
    """

    kwargs = _get_kwargs(
        dataset=dataset,
        version=version,
        tags=tags,
        limit=limit,
        after=after,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    dataset: str,
    *,
    client: AuthenticatedClient | Client,
    version: int | Unset = UNSET,
    tags: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    after: str | Unset = UNSET,
) -> KeystoneError | list[DatasetRecord] | None:
    """List the records of a version, in the order in which they were added.

     All of them if they are less than 16 MB. Further ones than `limit` follow with the last id as
    `after`, until a page is empty; large records make a page shorter than `limit`.

    Args:
        dataset (str):
        version (int | Unset):
        tags (str | Unset):
        limit (int | Unset):
        after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | list[DatasetRecord]
    """

    return (
        await asyncio_detailed(
            dataset=dataset,
            client=client,
            version=version,
            tags=tags,
            limit=limit,
            after=after,
        )
    ).parsed
