from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.forbidden_check_result import ForbiddenCheckResult
    from ..models.invariant_result import InvariantResult
    from ..models.json_object import JsonObject
    from ..models.reproducer import Reproducer
    from ..models.scenario_cost import ScenarioCost
    from ..models.workspace_diff import WorkspaceDiff


T = TypeVar("T", bound="ScenarioResult")


@_attrs_define
class ScenarioResult:
    """The result of a scenario.

    Attributes:
        scenario_id (str):
        status (str): `pass`, `fail`, `error`, `flaky` or `cancelled`; `pending` or `running` before its end.
        experiment_id (str | Unset): In lists of scenarios.
        run (int | Unset): In lists of scenarios.
        outcome (str | Unset): The status of this scenario alone, also if its replicas disagree.
        sandbox_id (str | Unset):
        parameters (JsonObject | Unset): A free-form object; it round-trips untouched.
        replica (int | Unset): From 1.
        seed (int | Unset):
        wall_ms (int | Unset): How long the agent ran.
        exit_code (int | Unset): 124 if the agent ran out of time, 128 + N if signal N ended it.
        timed_out (bool | Unset):
        tool_calls (int | Unset):
        composite_score (float | Unset): 0..1.
        agent_output (str | Unset): The first 64 KiB of the standard output, without secrets.
        agent_stderr (str | Unset): The same of the standard error.
        invariants (list[InvariantResult] | Unset):
        forbidden_checks (list[ForbiddenCheckResult] | Unset):
        audit (JsonObject | Unset): A free-form object; it round-trips untouched.
        diff (WorkspaceDiff | Unset): Paths that differ from when the sandbox became ready, sorted.
        trace_file (str | Unset): The path of its traces on the platform; empty without any.
        reproducer (Reproducer | Unset): How to play a scenario again.
        error (str | Unset): Why there is no verdict.
        cost (None | ScenarioCost | Unset):
    """

    scenario_id: str
    status: str
    experiment_id: str | Unset = UNSET
    run: int | Unset = UNSET
    outcome: str | Unset = UNSET
    sandbox_id: str | Unset = UNSET
    parameters: JsonObject | Unset = UNSET
    replica: int | Unset = UNSET
    seed: int | Unset = UNSET
    wall_ms: int | Unset = UNSET
    exit_code: int | Unset = UNSET
    timed_out: bool | Unset = UNSET
    tool_calls: int | Unset = UNSET
    composite_score: float | Unset = UNSET
    agent_output: str | Unset = UNSET
    agent_stderr: str | Unset = UNSET
    invariants: list[InvariantResult] | Unset = UNSET
    forbidden_checks: list[ForbiddenCheckResult] | Unset = UNSET
    audit: JsonObject | Unset = UNSET
    diff: WorkspaceDiff | Unset = UNSET
    trace_file: str | Unset = UNSET
    reproducer: Reproducer | Unset = UNSET
    error: str | Unset = UNSET
    cost: None | ScenarioCost | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.scenario_cost import ScenarioCost  # noqa: PLC0415

        scenario_id = self.scenario_id

        status = self.status

        experiment_id = self.experiment_id

        run = self.run

        outcome = self.outcome

        sandbox_id = self.sandbox_id

        parameters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.parameters, Unset):
            parameters = self.parameters.to_dict()

        replica = self.replica

        seed = self.seed

        wall_ms = self.wall_ms

        exit_code = self.exit_code

        timed_out = self.timed_out

        tool_calls = self.tool_calls

        composite_score = self.composite_score

        agent_output = self.agent_output

        agent_stderr = self.agent_stderr

        invariants: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.invariants, Unset):
            invariants = []
            for invariants_item_data in self.invariants:
                invariants_item = invariants_item_data.to_dict()
                invariants.append(invariants_item)

        forbidden_checks: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.forbidden_checks, Unset):
            forbidden_checks = []
            for forbidden_checks_item_data in self.forbidden_checks:
                forbidden_checks_item = forbidden_checks_item_data.to_dict()
                forbidden_checks.append(forbidden_checks_item)

        audit: dict[str, Any] | Unset = UNSET
        if not isinstance(self.audit, Unset):
            audit = self.audit.to_dict()

        diff: dict[str, Any] | Unset = UNSET
        if not isinstance(self.diff, Unset):
            diff = self.diff.to_dict()

        trace_file = self.trace_file

        reproducer: dict[str, Any] | Unset = UNSET
        if not isinstance(self.reproducer, Unset):
            reproducer = self.reproducer.to_dict()

        error = self.error

        cost: dict[str, Any] | None | Unset
        if isinstance(self.cost, Unset):
            cost = UNSET
        elif isinstance(self.cost, ScenarioCost):
            cost = self.cost.to_dict()
        else:
            cost = self.cost

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "scenario_id": scenario_id,
                "status": status,
            }
        )
        if experiment_id is not UNSET:
            field_dict["experiment_id"] = experiment_id
        if run is not UNSET:
            field_dict["run"] = run
        if outcome is not UNSET:
            field_dict["outcome"] = outcome
        if sandbox_id is not UNSET:
            field_dict["sandbox_id"] = sandbox_id
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if replica is not UNSET:
            field_dict["replica"] = replica
        if seed is not UNSET:
            field_dict["seed"] = seed
        if wall_ms is not UNSET:
            field_dict["wall_ms"] = wall_ms
        if exit_code is not UNSET:
            field_dict["exit_code"] = exit_code
        if timed_out is not UNSET:
            field_dict["timed_out"] = timed_out
        if tool_calls is not UNSET:
            field_dict["tool_calls"] = tool_calls
        if composite_score is not UNSET:
            field_dict["composite_score"] = composite_score
        if agent_output is not UNSET:
            field_dict["agent_output"] = agent_output
        if agent_stderr is not UNSET:
            field_dict["agent_stderr"] = agent_stderr
        if invariants is not UNSET:
            field_dict["invariants"] = invariants
        if forbidden_checks is not UNSET:
            field_dict["forbidden_checks"] = forbidden_checks
        if audit is not UNSET:
            field_dict["audit"] = audit
        if diff is not UNSET:
            field_dict["diff"] = diff
        if trace_file is not UNSET:
            field_dict["trace_file"] = trace_file
        if reproducer is not UNSET:
            field_dict["reproducer"] = reproducer
        if error is not UNSET:
            field_dict["error"] = error
        if cost is not UNSET:
            field_dict["cost"] = cost

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.forbidden_check_result import ForbiddenCheckResult  # noqa: PLC0415
        from ..models.invariant_result import InvariantResult  # noqa: PLC0415
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.reproducer import Reproducer  # noqa: PLC0415
        from ..models.scenario_cost import ScenarioCost  # noqa: PLC0415
        from ..models.workspace_diff import WorkspaceDiff  # noqa: PLC0415

        d = dict(src_dict)
        scenario_id = d.pop("scenario_id")

        status = d.pop("status")

        experiment_id = d.pop("experiment_id", UNSET)

        run = d.pop("run", UNSET)

        outcome = d.pop("outcome", UNSET)

        sandbox_id = d.pop("sandbox_id", UNSET)

        _parameters = d.pop("parameters", UNSET)
        parameters: JsonObject | Unset
        if isinstance(_parameters, Unset):
            parameters = UNSET
        else:
            parameters = JsonObject.from_dict(_parameters)

        replica = d.pop("replica", UNSET)

        seed = d.pop("seed", UNSET)

        wall_ms = d.pop("wall_ms", UNSET)

        exit_code = d.pop("exit_code", UNSET)

        timed_out = d.pop("timed_out", UNSET)

        tool_calls = d.pop("tool_calls", UNSET)

        composite_score = d.pop("composite_score", UNSET)

        agent_output = d.pop("agent_output", UNSET)

        agent_stderr = d.pop("agent_stderr", UNSET)

        _invariants = d.pop("invariants", UNSET)
        invariants: list[InvariantResult] | Unset = UNSET
        if _invariants is not UNSET:
            invariants = []
            for invariants_item_data in _invariants:
                invariants_item = InvariantResult.from_dict(invariants_item_data)

                invariants.append(invariants_item)

        _forbidden_checks = d.pop("forbidden_checks", UNSET)
        forbidden_checks: list[ForbiddenCheckResult] | Unset = UNSET
        if _forbidden_checks is not UNSET:
            forbidden_checks = []
            for forbidden_checks_item_data in _forbidden_checks:
                forbidden_checks_item = ForbiddenCheckResult.from_dict(
                    forbidden_checks_item_data
                )

                forbidden_checks.append(forbidden_checks_item)

        _audit = d.pop("audit", UNSET)
        audit: JsonObject | Unset
        if isinstance(_audit, Unset):
            audit = UNSET
        else:
            audit = JsonObject.from_dict(_audit)

        _diff = d.pop("diff", UNSET)
        diff: WorkspaceDiff | Unset
        if isinstance(_diff, Unset):
            diff = UNSET
        else:
            diff = WorkspaceDiff.from_dict(_diff)

        trace_file = d.pop("trace_file", UNSET)

        _reproducer = d.pop("reproducer", UNSET)
        reproducer: Reproducer | Unset
        if isinstance(_reproducer, Unset):
            reproducer = UNSET
        else:
            reproducer = Reproducer.from_dict(_reproducer)

        error = d.pop("error", UNSET)

        def _parse_cost(data: object) -> None | ScenarioCost | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                cost_type_0 = ScenarioCost.from_dict(data)

                return cost_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ScenarioCost | Unset, data)

        cost = _parse_cost(d.pop("cost", UNSET))

        scenario_result = cls(
            scenario_id=scenario_id,
            status=status,
            experiment_id=experiment_id,
            run=run,
            outcome=outcome,
            sandbox_id=sandbox_id,
            parameters=parameters,
            replica=replica,
            seed=seed,
            wall_ms=wall_ms,
            exit_code=exit_code,
            timed_out=timed_out,
            tool_calls=tool_calls,
            composite_score=composite_score,
            agent_output=agent_output,
            agent_stderr=agent_stderr,
            invariants=invariants,
            forbidden_checks=forbidden_checks,
            audit=audit,
            diff=diff,
            trace_file=trace_file,
            reproducer=reproducer,
            error=error,
            cost=cost,
        )

        scenario_result.additional_properties = d
        return scenario_result

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
