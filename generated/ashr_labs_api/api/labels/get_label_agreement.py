from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.label_agreement import LabelAgreement
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    run_id: int | Unset = UNSET,
    dataset_id: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["run_id"] = run_id

    params["dataset_id"] = dataset_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/label-agreement",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | list[LabelAgreement] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for response_200_item_data in _response_200:
            response_200_item = LabelAgreement.from_dict(response_200_item_data)

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
) -> Response[KeystoneError | list[LabelAgreement]]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    dataset_id: int | Unset = UNSET,
) -> Response[KeystoneError | list[LabelAgreement]]:
    """Get how far the verdict and each judge agree with the labels.

     Of the newest 20,000 labels with a verdict; scores and scoring rules count that passed or failed
    something labelled.

    Args:
        run_id (int | Unset):
        dataset_id (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | list[LabelAgreement]]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        dataset_id=dataset_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    dataset_id: int | Unset = UNSET,
) -> KeystoneError | list[LabelAgreement] | None:
    """Get how far the verdict and each judge agree with the labels.

     Of the newest 20,000 labels with a verdict; scores and scoring rules count that passed or failed
    something labelled.

    Args:
        run_id (int | Unset):
        dataset_id (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | list[LabelAgreement]
    """

    return sync_detailed(
        client=client,
        run_id=run_id,
        dataset_id=dataset_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    dataset_id: int | Unset = UNSET,
) -> Response[KeystoneError | list[LabelAgreement]]:
    """Get how far the verdict and each judge agree with the labels.

     Of the newest 20,000 labels with a verdict; scores and scoring rules count that passed or failed
    something labelled.

    Args:
        run_id (int | Unset):
        dataset_id (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | list[LabelAgreement]]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        dataset_id=dataset_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    dataset_id: int | Unset = UNSET,
) -> KeystoneError | list[LabelAgreement] | None:
    """Get how far the verdict and each judge agree with the labels.

     Of the newest 20,000 labels with a verdict; scores and scoring rules count that passed or failed
    something labelled.

    Args:
        run_id (int | Unset):
        dataset_id (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | list[LabelAgreement]
    """

    return (
        await asyncio_detailed(
            client=client,
            run_id=run_id,
            dataset_id=dataset_id,
        )
    ).parsed
