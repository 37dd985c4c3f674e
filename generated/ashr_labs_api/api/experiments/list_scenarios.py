from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.scenario_page import ScenarioPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    experiment_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    scenario_id: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params["experiment_id"] = experiment_id

    params["status"] = status

    params["scenario_id"] = scenario_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/scenarios",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | ScenarioPage | None:
    if response.status_code == 200:
        response_200 = ScenarioPage.from_dict(response.json())

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
) -> Response[KeystoneError | ScenarioPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    experiment_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    scenario_id: str | Unset = UNSET,
) -> Response[KeystoneError | ScenarioPage]:
    """List the scenarios of the last run of each experiment, oldest first.

     Results have the experiment and the number of its run.

    Args:
        limit (int | Unset):
        cursor (str | Unset):
        experiment_id (str | Unset):
        status (str | Unset):
        scenario_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | ScenarioPage]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        experiment_id=experiment_id,
        status=status,
        scenario_id=scenario_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    experiment_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    scenario_id: str | Unset = UNSET,
) -> KeystoneError | ScenarioPage | None:
    """List the scenarios of the last run of each experiment, oldest first.

     Results have the experiment and the number of its run.

    Args:
        limit (int | Unset):
        cursor (str | Unset):
        experiment_id (str | Unset):
        status (str | Unset):
        scenario_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | ScenarioPage
    """

    return sync_detailed(
        client=client,
        limit=limit,
        cursor=cursor,
        experiment_id=experiment_id,
        status=status,
        scenario_id=scenario_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    experiment_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    scenario_id: str | Unset = UNSET,
) -> Response[KeystoneError | ScenarioPage]:
    """List the scenarios of the last run of each experiment, oldest first.

     Results have the experiment and the number of its run.

    Args:
        limit (int | Unset):
        cursor (str | Unset):
        experiment_id (str | Unset):
        status (str | Unset):
        scenario_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | ScenarioPage]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        experiment_id=experiment_id,
        status=status,
        scenario_id=scenario_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    experiment_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    scenario_id: str | Unset = UNSET,
) -> KeystoneError | ScenarioPage | None:
    """List the scenarios of the last run of each experiment, oldest first.

     Results have the experiment and the number of its run.

    Args:
        limit (int | Unset):
        cursor (str | Unset):
        experiment_id (str | Unset):
        status (str | Unset):
        scenario_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | ScenarioPage
    """

    return (
        await asyncio_detailed(
            client=client,
            limit=limit,
            cursor=cursor,
            experiment_id=experiment_id,
            status=status,
            scenario_id=scenario_id,
        )
    ).parsed
