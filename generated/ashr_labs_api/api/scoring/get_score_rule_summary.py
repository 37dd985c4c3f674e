from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.score_rule_summary import ScoreRuleSummary
from ...types import UNSET, Response, Unset


def _get_kwargs(
    rule_id: str,
    *,
    days: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["days"] = days

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/score-rules/{rule_id}/summary".format(
            rule_id=quote(str(rule_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | ScoreRuleSummary | None:
    if response.status_code == 200:
        response_200 = ScoreRuleSummary.from_dict(response.json())

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
) -> Response[KeystoneError | ScoreRuleSummary]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    rule_id: str,
    *,
    client: AuthenticatedClient | Client,
    days: int | Unset = UNSET,
) -> Response[KeystoneError | ScoreRuleSummary]:
    """Get what a rule has scored and skipped.

     Of the traces of the last days that the rule is for; those that were skipped are counted by reason.

    Args:
        rule_id (str):
        days (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | ScoreRuleSummary]
    """

    kwargs = _get_kwargs(
        rule_id=rule_id,
        days=days,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    rule_id: str,
    *,
    client: AuthenticatedClient | Client,
    days: int | Unset = UNSET,
) -> KeystoneError | ScoreRuleSummary | None:
    """Get what a rule has scored and skipped.

     Of the traces of the last days that the rule is for; those that were skipped are counted by reason.

    Args:
        rule_id (str):
        days (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | ScoreRuleSummary
    """

    return sync_detailed(
        rule_id=rule_id,
        client=client,
        days=days,
    ).parsed


async def asyncio_detailed(
    rule_id: str,
    *,
    client: AuthenticatedClient | Client,
    days: int | Unset = UNSET,
) -> Response[KeystoneError | ScoreRuleSummary]:
    """Get what a rule has scored and skipped.

     Of the traces of the last days that the rule is for; those that were skipped are counted by reason.

    Args:
        rule_id (str):
        days (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | ScoreRuleSummary]
    """

    kwargs = _get_kwargs(
        rule_id=rule_id,
        days=days,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    rule_id: str,
    *,
    client: AuthenticatedClient | Client,
    days: int | Unset = UNSET,
) -> KeystoneError | ScoreRuleSummary | None:
    """Get what a rule has scored and skipped.

     Of the traces of the last days that the rule is for; those that were skipped are counted by reason.

    Args:
        rule_id (str):
        days (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | ScoreRuleSummary
    """

    return (
        await asyncio_detailed(
            rule_id=rule_id,
            client=client,
            days=days,
        )
    ).parsed
