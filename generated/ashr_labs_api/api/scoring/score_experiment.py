from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.queued_scores import QueuedScores
from ...models.score_experiment_request import ScoreExperimentRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    experiment_id: str,
    *,
    body: ScoreExperimentRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/experiments/{experiment_id}/score".format(
            experiment_id=quote(str(experiment_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | QueuedScores | None:
    if response.status_code == 202:
        response_202 = QueuedScores.from_dict(response.json())

        return response_202

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
) -> Response[KeystoneError | QueuedScores]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ScoreExperimentRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[KeystoneError | QueuedScores]:
    """Score the scenarios of the last run of an experiment.

     By stored rules and by other scorers, which a job runs for each scenario that has a verdict; or with
    the scores of scorers that the client has run. Earlier scores of the same scorers are replaced. The
    experiment must have ended (409). Scores change no verdict: they are beside it, with their weights
    and gates.

    Args:
        experiment_id (str):
        idempotency_key (str | Unset):
        body (ScoreExperimentRequest): At least one of the lists; at most 20 scorers at once, and
            50 in all scores of a run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | QueuedScores]
    """

    kwargs = _get_kwargs(
        experiment_id=experiment_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ScoreExperimentRequest,
    idempotency_key: str | Unset = UNSET,
) -> KeystoneError | QueuedScores | None:
    """Score the scenarios of the last run of an experiment.

     By stored rules and by other scorers, which a job runs for each scenario that has a verdict; or with
    the scores of scorers that the client has run. Earlier scores of the same scorers are replaced. The
    experiment must have ended (409). Scores change no verdict: they are beside it, with their weights
    and gates.

    Args:
        experiment_id (str):
        idempotency_key (str | Unset):
        body (ScoreExperimentRequest): At least one of the lists; at most 20 scorers at once, and
            50 in all scores of a run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | QueuedScores
    """

    return sync_detailed(
        experiment_id=experiment_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ScoreExperimentRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[KeystoneError | QueuedScores]:
    """Score the scenarios of the last run of an experiment.

     By stored rules and by other scorers, which a job runs for each scenario that has a verdict; or with
    the scores of scorers that the client has run. Earlier scores of the same scorers are replaced. The
    experiment must have ended (409). Scores change no verdict: they are beside it, with their weights
    and gates.

    Args:
        experiment_id (str):
        idempotency_key (str | Unset):
        body (ScoreExperimentRequest): At least one of the lists; at most 20 scorers at once, and
            50 in all scores of a run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | QueuedScores]
    """

    kwargs = _get_kwargs(
        experiment_id=experiment_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    experiment_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ScoreExperimentRequest,
    idempotency_key: str | Unset = UNSET,
) -> KeystoneError | QueuedScores | None:
    """Score the scenarios of the last run of an experiment.

     By stored rules and by other scorers, which a job runs for each scenario that has a verdict; or with
    the scores of scorers that the client has run. Earlier scores of the same scorers are replaced. The
    experiment must have ended (409). Scores change no verdict: they are beside it, with their weights
    and gates.

    Args:
        experiment_id (str):
        idempotency_key (str | Unset):
        body (ScoreExperimentRequest): At least one of the lists; at most 20 scorers at once, and
            50 in all scores of a run.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | QueuedScores
    """

    return (
        await asyncio_detailed(
            experiment_id=experiment_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
