"""Contains all the data models used in inputs/outputs"""

from .accepted_inputs import AcceptedInputs
from .action import Action
from .action_result import ActionResult
from .action_type import ActionType
from .add_dataset_records_request import AddDatasetRecordsRequest
from .added_records import AddedRecords
from .agent_config import AgentConfig
from .agent_record import AgentRecord
from .aggregate_metrics import AggregateMetrics
from .analytics_overview import AnalyticsOverview
from .api_key import APIKey
from .append_run_tests_request import AppendRunTestsRequest
from .append_run_tests_response import AppendRunTestsResponse
from .argument_comparison import ArgumentComparison
from .argument_modes import ArgumentModes
from .argument_pair import ArgumentPair
from .argument_pairs import ArgumentPairs
from .argument_rules import ArgumentRules
from .ash_error import AshError
from .behavior_result import BehaviorResult
from .behavior_rule import BehaviorRule
from .cancel_run_request import CancelRunRequest
from .capabilities import Capabilities
from .check import Check
from .command_result import CommandResult
from .complexity_distribution import ComplexityDistribution
from .confirmation import Confirmation
from .coverage import Coverage
from .create_agent_request import CreateAgentRequest
from .create_agent_response import CreateAgentResponse
from .create_api_key_request import CreateApiKeyRequest
from .create_api_key_response import CreateApiKeyResponse
from .create_dataset_request import CreateDatasetRequest
from .create_dataset_response import CreateDatasetResponse
from .create_prompt_request import CreatePromptRequest
from .create_record_dataset_request import CreateRecordDatasetRequest
from .create_request_request import CreateRequestRequest
from .create_request_response import CreateRequestResponse
from .create_run_request import CreateRunRequest
from .create_run_response import CreateRunResponse
from .create_sandbox_request import CreateSandboxRequest
from .create_score_rule_request import CreateScoreRuleRequest
from .dataset import Dataset
from .dataset_record import DatasetRecord
from .dataset_source import DatasetSource
from .delete_agent_request import DeleteAgentRequest
from .delete_dataset_request import DeleteDatasetRequest
from .delete_run_request import DeleteRunRequest
from .error import Error
from .expected_behaviors import ExpectedBehaviors
from .expected_response import ExpectedResponse
from .file_state import FileState
from .file_states import FileStates
from .finish_run_request import FinishRunRequest
from .finish_run_response import FinishRunResponse
from .forwarding_counts import ForwardingCounts
from .generation_agent import GenerationAgent
from .generation_config import GenerationConfig
from .generation_context import GenerationContext
from .generation_metadata import GenerationMetadata
from .generation_options import GenerationOptions
from .generation_request import GenerationRequest
from .generation_strategy import GenerationStrategy
from .generation_tool import GenerationTool
from .get_agent_datasets_request import GetAgentDatasetsRequest
from .get_agent_datasets_response import GetAgentDatasetsResponse
from .get_dataset_request import GetDatasetRequest
from .get_dataset_response import GetDatasetResponse
from .get_observability_analytics_request import GetObservabilityAnalyticsRequest
from .get_observability_analytics_response import GetObservabilityAnalyticsResponse
from .get_observability_errors_request import GetObservabilityErrorsRequest
from .get_observability_errors_response import GetObservabilityErrorsResponse
from .get_observability_tool_errors_request import GetObservabilityToolErrorsRequest
from .get_observability_tool_errors_response import GetObservabilityToolErrorsResponse
from .get_observability_trace_request import GetObservabilityTraceRequest
from .get_observability_trace_response import GetObservabilityTraceResponse
from .get_request_request import GetRequestRequest
from .get_request_response import GetRequestResponse
from .get_run_request import GetRunRequest
from .get_run_response import GetRunResponse
from .get_sdk_notes_request import GetSdkNotesRequest
from .get_sdk_notes_response import GetSdkNotesResponse
from .grader import Grader
from .grading_config import GradingConfig
from .grading_status import GradingStatus
from .health import Health
from .ingest_observability_trace_request import IngestObservabilityTraceRequest
from .ingest_observability_trace_response import IngestObservabilityTraceResponse
from .ingest_traces_request import IngestTracesRequest
from .ingested_events import IngestedEvents
from .init_request import InitRequest
from .input_field import InputField
from .input_schema import InputSchema
from .input_toggle import InputToggle
from .json_object import JsonObject
from .keep_alive_request import KeepAliveRequest
from .kernel_viewport import KernelViewport
from .kernel_vm_metadata import KernelVmMetadata
from .keystone_error import KeystoneError
from .list_agents_request import ListAgentsRequest
from .list_agents_response import ListAgentsResponse
from .list_api_keys_request import ListApiKeysRequest
from .list_api_keys_response import ListApiKeysResponse
from .list_datasets_request import ListDatasetsRequest
from .list_datasets_response import ListDatasetsResponse
from .list_observability_traces_request import ListObservabilityTracesRequest
from .list_observability_traces_response import ListObservabilityTracesResponse
from .list_requests_request import ListRequestsRequest
from .list_requests_response import ListRequestsResponse
from .list_runs_request import ListRunsRequest
from .list_runs_response import ListRunsResponse
from .match_status import MatchStatus
from .media import Media
from .media_upload import MediaUpload
from .model_usage import ModelUsage
from .new_dataset_record import NewDatasetRecord
from .note_category import NoteCategory
from .note_severity import NoteSeverity
from .observation import Observation
from .observation_level import ObservationLevel
from .observation_type import ObservationType
from .online_scoring import OnlineScoring
from .online_scoring_request import OnlineScoringRequest
from .otlp_partial_success import OtlpPartialSuccess
from .otlp_request import OtlpRequest
from .otlp_response import OtlpResponse
from .output_format import OutputFormat
from .pentest_category import PentestCategory
from .pentest_config import PentestConfig
from .pentest_difficulty import PentestDifficulty
from .pentest_mode import PentestMode
from .prompt import Prompt
from .prompt_usage import PromptUsage
from .query_result import QueryResult
from .query_sandbox_service_request import QuerySandboxServiceRequest
from .record_dataset import RecordDataset
from .recorded_tool_call import RecordedToolCall
from .render_prompt_request import RenderPromptRequest
from .rendered_prompt import RenderedPrompt
from .request_status import RequestStatus
from .revoke_api_key_request import RevokeApiKeyRequest
from .rpc_status import RpcStatus
from .rule_result import RuleResult
from .run import Run
from .run_ended import RunEnded
from .run_pentest_request import RunPentestRequest
from .run_pentest_response import RunPentestResponse
from .run_progress import RunProgress
from .run_result import RunResult
from .run_sandbox_command_request import RunSandboxCommandRequest
from .run_status import RunStatus
from .run_test_finished import RunTestFinished
from .sample_data import SampleData
from .sandbox import Sandbox
from .sandbox_audit import SandboxAudit
from .sandbox_findings import SandboxFindings
from .sandbox_service import SandboxService
from .sandbox_services import SandboxServices
from .sandbox_spec import SandboxSpec
from .sandbox_strings import SandboxStrings
from .sandbox_trace import SandboxTrace
from .scenario import Scenario
from .scenario_map import ScenarioMap
from .score_result import ScoreResult
from .score_rule import ScoreRule
from .score_rule_summary import ScoreRuleSummary
from .scores import Scores
from .sdk_note import SdkNote
from .service_request import ServiceRequest
from .session import Session
from .set_dataset_agent_request import SetDatasetAgentRequest
from .set_prompt_tag_request import SetPromptTagRequest
from .skipped_traces import SkippedTraces
from .start_run_request import StartRunRequest
from .start_run_response import StartRunResponse
from .state_diff import StateDiff
from .state_snapshot import StateSnapshot
from .strictness import Strictness
from .tenant import Tenant
from .test_config import TestConfig
from .test_error import TestError
from .test_error_kind import TestErrorKind
from .test_result import TestResult
from .token_usage import TokenUsage
from .tool_call import ToolCall
from .tool_call_result import ToolCallResult
from .tool_definition import ToolDefinition
from .tool_flags import ToolFlags
from .tool_performance import ToolPerformance
from .tool_strictness import ToolStrictness
from .trace_event import TraceEvent
from .trace_event_cost import TraceEventCost
from .trace_event_page import TraceEventPage
from .trace_filter import TraceFilter
from .trace_payload import TracePayload
from .trace_record import TraceRecord
from .trace_run import TraceRun
from .trace_score import TraceScore
from .trace_spans import TraceSpans
from .turn_result import TurnResult
from .update_agent_request import UpdateAgentRequest
from .update_agent_response import UpdateAgentResponse
from .update_dataset_request import UpdateDatasetRequest
from .update_dataset_response import UpdateDatasetResponse
from .update_score_rule_request import UpdateScoreRuleRequest
from .usage import Usage
from .user import User
from .user_persona import UserPersona
from .verdict import Verdict
from .vm_log_entry import VmLogEntry
from .vm_stream import VmStream
from .website_simulation import WebsiteSimulation
from .write_sandbox_file_request import WriteSandboxFileRequest

__all__ = (
    "AcceptedInputs",
    "Action",
    "ActionResult",
    "ActionType",
    "AddDatasetRecordsRequest",
    "AddedRecords",
    "AgentConfig",
    "AgentRecord",
    "AggregateMetrics",
    "AnalyticsOverview",
    "APIKey",
    "AppendRunTestsRequest",
    "AppendRunTestsResponse",
    "ArgumentComparison",
    "ArgumentModes",
    "ArgumentPair",
    "ArgumentPairs",
    "ArgumentRules",
    "AshError",
    "BehaviorResult",
    "BehaviorRule",
    "CancelRunRequest",
    "Capabilities",
    "Check",
    "CommandResult",
    "ComplexityDistribution",
    "Confirmation",
    "Coverage",
    "CreateAgentRequest",
    "CreateAgentResponse",
    "CreateApiKeyRequest",
    "CreateApiKeyResponse",
    "CreateDatasetRequest",
    "CreateDatasetResponse",
    "CreatePromptRequest",
    "CreateRecordDatasetRequest",
    "CreateRequestRequest",
    "CreateRequestResponse",
    "CreateRunRequest",
    "CreateRunResponse",
    "CreateSandboxRequest",
    "CreateScoreRuleRequest",
    "Dataset",
    "DatasetRecord",
    "DatasetSource",
    "DeleteAgentRequest",
    "DeleteDatasetRequest",
    "DeleteRunRequest",
    "Error",
    "ExpectedBehaviors",
    "ExpectedResponse",
    "FileState",
    "FileStates",
    "FinishRunRequest",
    "FinishRunResponse",
    "ForwardingCounts",
    "GenerationAgent",
    "GenerationConfig",
    "GenerationContext",
    "GenerationMetadata",
    "GenerationOptions",
    "GenerationRequest",
    "GenerationStrategy",
    "GenerationTool",
    "GetAgentDatasetsRequest",
    "GetAgentDatasetsResponse",
    "GetDatasetRequest",
    "GetDatasetResponse",
    "GetObservabilityAnalyticsRequest",
    "GetObservabilityAnalyticsResponse",
    "GetObservabilityErrorsRequest",
    "GetObservabilityErrorsResponse",
    "GetObservabilityToolErrorsRequest",
    "GetObservabilityToolErrorsResponse",
    "GetObservabilityTraceRequest",
    "GetObservabilityTraceResponse",
    "GetRequestRequest",
    "GetRequestResponse",
    "GetRunRequest",
    "GetRunResponse",
    "GetSdkNotesRequest",
    "GetSdkNotesResponse",
    "Grader",
    "GradingConfig",
    "GradingStatus",
    "Health",
    "IngestedEvents",
    "IngestObservabilityTraceRequest",
    "IngestObservabilityTraceResponse",
    "IngestTracesRequest",
    "InitRequest",
    "InputField",
    "InputSchema",
    "InputToggle",
    "JsonObject",
    "KeepAliveRequest",
    "KernelViewport",
    "KernelVmMetadata",
    "KeystoneError",
    "ListAgentsRequest",
    "ListAgentsResponse",
    "ListApiKeysRequest",
    "ListApiKeysResponse",
    "ListDatasetsRequest",
    "ListDatasetsResponse",
    "ListObservabilityTracesRequest",
    "ListObservabilityTracesResponse",
    "ListRequestsRequest",
    "ListRequestsResponse",
    "ListRunsRequest",
    "ListRunsResponse",
    "MatchStatus",
    "Media",
    "MediaUpload",
    "ModelUsage",
    "NewDatasetRecord",
    "NoteCategory",
    "NoteSeverity",
    "Observation",
    "ObservationLevel",
    "ObservationType",
    "OnlineScoring",
    "OnlineScoringRequest",
    "OtlpPartialSuccess",
    "OtlpRequest",
    "OtlpResponse",
    "OutputFormat",
    "PentestCategory",
    "PentestConfig",
    "PentestDifficulty",
    "PentestMode",
    "Prompt",
    "PromptUsage",
    "QueryResult",
    "QuerySandboxServiceRequest",
    "RecordDataset",
    "RecordedToolCall",
    "RenderedPrompt",
    "RenderPromptRequest",
    "RequestStatus",
    "RevokeApiKeyRequest",
    "RpcStatus",
    "RuleResult",
    "Run",
    "RunEnded",
    "RunPentestRequest",
    "RunPentestResponse",
    "RunProgress",
    "RunResult",
    "RunSandboxCommandRequest",
    "RunStatus",
    "RunTestFinished",
    "SampleData",
    "Sandbox",
    "SandboxAudit",
    "SandboxFindings",
    "SandboxService",
    "SandboxServices",
    "SandboxSpec",
    "SandboxStrings",
    "SandboxTrace",
    "Scenario",
    "ScenarioMap",
    "ScoreResult",
    "ScoreRule",
    "ScoreRuleSummary",
    "Scores",
    "SdkNote",
    "ServiceRequest",
    "Session",
    "SetDatasetAgentRequest",
    "SetPromptTagRequest",
    "SkippedTraces",
    "StartRunRequest",
    "StartRunResponse",
    "StateDiff",
    "StateSnapshot",
    "Strictness",
    "Tenant",
    "TestConfig",
    "TestError",
    "TestErrorKind",
    "TestResult",
    "TokenUsage",
    "ToolCall",
    "ToolCallResult",
    "ToolDefinition",
    "ToolFlags",
    "ToolPerformance",
    "ToolStrictness",
    "TraceEvent",
    "TraceEventCost",
    "TraceEventPage",
    "TraceFilter",
    "TracePayload",
    "TraceRecord",
    "TraceRun",
    "TraceScore",
    "TraceSpans",
    "TurnResult",
    "UpdateAgentRequest",
    "UpdateAgentResponse",
    "UpdateDatasetRequest",
    "UpdateDatasetResponse",
    "UpdateScoreRuleRequest",
    "Usage",
    "User",
    "UserPersona",
    "Verdict",
    "VmLogEntry",
    "VmStream",
    "WebsiteSimulation",
    "WriteSandboxFileRequest",
)
