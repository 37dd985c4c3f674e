from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.score_rule import ScoreRule
from ...models.update_score_rule_request import UpdateScoreRuleRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    rule_id: str,
    *,
    body: UpdateScoreRuleRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/score-rules/{rule_id}".format(
            rule_id=quote(str(rule_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | ScoreRule | None:
    if response.status_code == 200:
        response_200 = ScoreRule.from_dict(response.json())

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
) -> Response[KeystoneError | ScoreRule]:
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
    body: UpdateScoreRuleRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[KeystoneError | ScoreRule]:
    """Change a scoring rule.

     Only the given fields change; `online` is replaced as a whole. Scores that are there stay.

    Args:
        rule_id (str):
        idempotency_key (str | Unset):
        body (UpdateScoreRuleRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | ScoreRule]
    """

    kwargs = _get_kwargs(
        rule_id=rule_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    rule_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: UpdateScoreRuleRequest,
    idempotency_key: str | Unset = UNSET,
) -> KeystoneError | ScoreRule | None:
    """Change a scoring rule.

     Only the given fields change; `online` is replaced as a whole. Scores that are there stay.

    Args:
        rule_id (str):
        idempotency_key (str | Unset):
        body (UpdateScoreRuleRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | ScoreRule
    """

    return sync_detailed(
        rule_id=rule_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    rule_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: UpdateScoreRuleRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[KeystoneError | ScoreRule]:
    """Change a scoring rule.

     Only the given fields change; `online` is replaced as a whole. Scores that are there stay.

    Args:
        rule_id (str):
        idempotency_key (str | Unset):
        body (UpdateScoreRuleRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | ScoreRule]
    """

    kwargs = _get_kwargs(
        rule_id=rule_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    rule_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: UpdateScoreRuleRequest,
    idempotency_key: str | Unset = UNSET,
) -> KeystoneError | ScoreRule | None:
    """Change a scoring rule.

     Only the given fields change; `online` is replaced as a whole. Scores that are there stay.

    Args:
        rule_id (str):
        idempotency_key (str | Unset):
        body (UpdateScoreRuleRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | ScoreRule
    """

    return (
        await asyncio_detailed(
            rule_id=rule_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
