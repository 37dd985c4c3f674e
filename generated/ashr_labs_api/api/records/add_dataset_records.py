from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.add_dataset_records_request import AddDatasetRecordsRequest
from ...models.added_records import AddedRecords
from ...models.keystone_error import KeystoneError
from ...types import UNSET, Response, Unset


def _get_kwargs(
    dataset: str,
    *,
    body: AddDatasetRecordsRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/datasets/{dataset}/records".format(
            dataset=quote(str(dataset), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AddedRecords | KeystoneError | None:
    if response.status_code == 200:
        response_200 = AddedRecords.from_dict(response.json())

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
) -> Response[AddedRecords | KeystoneError]:
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
    body: AddDatasetRecordsRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[AddedRecords | KeystoneError]:
    """Add records to a dataset, which makes a version.

     Records whose id the newest version has already are skipped; with `replace` all others are left out.

    Args:
        dataset (str):
        idempotency_key (str | Unset):
        body (AddDatasetRecordsRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AddedRecords | KeystoneError]
    """

    kwargs = _get_kwargs(
        dataset=dataset,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    dataset: str,
    *,
    client: AuthenticatedClient | Client,
    body: AddDatasetRecordsRequest,
    idempotency_key: str | Unset = UNSET,
) -> AddedRecords | KeystoneError | None:
    """Add records to a dataset, which makes a version.

     Records whose id the newest version has already are skipped; with `replace` all others are left out.

    Args:
        dataset (str):
        idempotency_key (str | Unset):
        body (AddDatasetRecordsRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AddedRecords | KeystoneError
    """

    return sync_detailed(
        dataset=dataset,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    dataset: str,
    *,
    client: AuthenticatedClient | Client,
    body: AddDatasetRecordsRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[AddedRecords | KeystoneError]:
    """Add records to a dataset, which makes a version.

     Records whose id the newest version has already are skipped; with `replace` all others are left out.

    Args:
        dataset (str):
        idempotency_key (str | Unset):
        body (AddDatasetRecordsRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AddedRecords | KeystoneError]
    """

    kwargs = _get_kwargs(
        dataset=dataset,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    dataset: str,
    *,
    client: AuthenticatedClient | Client,
    body: AddDatasetRecordsRequest,
    idempotency_key: str | Unset = UNSET,
) -> AddedRecords | KeystoneError | None:
    """Add records to a dataset, which makes a version.

     Records whose id the newest version has already are skipped; with `replace` all others are left out.

    Args:
        dataset (str):
        idempotency_key (str | Unset):
        body (AddDatasetRecordsRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AddedRecords | KeystoneError
    """

    return (
        await asyncio_detailed(
            dataset=dataset,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
