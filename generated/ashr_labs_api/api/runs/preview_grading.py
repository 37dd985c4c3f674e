from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.grading_preview import GradingPreview
from ...models.keystone_error import KeystoneError
from ...models.preview_grading_request import PreviewGradingRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    run_id: int,
    *,
    body: PreviewGradingRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/runs/{run_id}/grading-preview".format(
            run_id=quote(str(run_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> GradingPreview | KeystoneError | None:
    if response.status_code == 200:
        response_200 = GradingPreview.from_dict(response.json())

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
) -> Response[GradingPreview | KeystoneError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    run_id: int,
    *,
    client: AuthenticatedClient | Client,
    body: PreviewGradingRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[GradingPreview | KeystoneError]:
    """Get the verdicts that another grading configuration would give.

     Grades the tests of a run that has ended, without a judge: texts are compared by rules, and
    `behavior_rules` are not checked. Nothing is stored.

    Args:
        run_id (int):
        idempotency_key (str | Unset):
        body (PreviewGradingRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GradingPreview | KeystoneError]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    run_id: int,
    *,
    client: AuthenticatedClient | Client,
    body: PreviewGradingRequest,
    idempotency_key: str | Unset = UNSET,
) -> GradingPreview | KeystoneError | None:
    """Get the verdicts that another grading configuration would give.

     Grades the tests of a run that has ended, without a judge: texts are compared by rules, and
    `behavior_rules` are not checked. Nothing is stored.

    Args:
        run_id (int):
        idempotency_key (str | Unset):
        body (PreviewGradingRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GradingPreview | KeystoneError
    """

    return sync_detailed(
        run_id=run_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    run_id: int,
    *,
    client: AuthenticatedClient | Client,
    body: PreviewGradingRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[GradingPreview | KeystoneError]:
    """Get the verdicts that another grading configuration would give.

     Grades the tests of a run that has ended, without a judge: texts are compared by rules, and
    `behavior_rules` are not checked. Nothing is stored.

    Args:
        run_id (int):
        idempotency_key (str | Unset):
        body (PreviewGradingRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GradingPreview | KeystoneError]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    run_id: int,
    *,
    client: AuthenticatedClient | Client,
    body: PreviewGradingRequest,
    idempotency_key: str | Unset = UNSET,
) -> GradingPreview | KeystoneError | None:
    """Get the verdicts that another grading configuration would give.

     Grades the tests of a run that has ended, without a judge: texts are compared by rules, and
    `behavior_rules` are not checked. Nothing is stored.

    Args:
        run_id (int):
        idempotency_key (str | Unset):
        body (PreviewGradingRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GradingPreview | KeystoneError
    """

    return (
        await asyncio_detailed(
            run_id=run_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
