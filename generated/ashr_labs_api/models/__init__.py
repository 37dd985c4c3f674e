"""Contains all the data models used in inputs/outputs"""

from .accepted_inputs import AcceptedInputs
from .action import Action
from .action_result import ActionResult
from .action_type import ActionType
from .add_dataset_records_request import AddDatasetRecordsRequest
from .added_records import AddedRecords
from .agent_config import AgentConfig
from .agent_record import AgentRecord
from .agent_snapshot import AgentSnapshot
from .agent_snapshot_page import AgentSnapshotPage
from .aggregate_metrics import AggregateMetrics
from .alert import Alert
from .alert_firing import AlertFiring
from .alert_firing_page import AlertFiringPage
from .analytics_overview import AnalyticsOverview
from .api_key import APIKey
from .append_run_tests_request import AppendRunTestsRequest
from .append_run_tests_response import AppendRunTestsResponse
from .argument_comparison import ArgumentComparison
from .argument_modes import ArgumentModes
from .argument_pair import ArgumentPair
from .argument_pairs import ArgumentPairs
from .argument_rules import ArgumentRules
from .ash_agent import AshAgent
from .ash_agent_config import AshAgentConfig
from .ash_content_block import AshContentBlock
from .ash_done import AshDone
from .ash_error import AshError
from .ash_file import AshFile
from .ash_file_entry import AshFileEntry
from .ash_log_entry import AshLogEntry
from .ash_mcp_server import AshMcpServer
from .ash_mcp_servers import AshMcpServers
from .ash_message import AshMessage
from .ash_notice import AshNotice
from .ash_ok import AshOk
from .ash_output_format import AshOutputFormat
from .ash_pool_stats import AshPoolStats
from .ash_session import AshSession
from .ash_session_start import AshSessionStart
from .ash_session_status import AshSessionStatus
from .ash_strings import AshStrings
from .ash_text_delta import AshTextDelta
from .ash_thinking import AshThinking
from .ash_tool_result import AshToolResult
from .ash_tool_use import AshToolUse
from .ash_turn_complete import AshTurnComplete
from .ash_turn_error import AshTurnError
from .ash_version import AshVersion
from .ash_written_file import AshWrittenFile
from .attachment import Attachment
from .behavior_result import BehaviorResult
from .behavior_rule import BehaviorRule
from .cancel_run_request import CancelRunRequest
from .capabilities import Capabilities
from .check import Check
from .checked_invariant import CheckedInvariant
from .command_result import CommandResult
from .compare_experiments_request import CompareExperimentsRequest
from .complexity_distribution import ComplexityDistribution
from .confirmation import Confirmation
from .cost_data_point import CostDataPoint
from .coverage import Coverage
from .create_agent_request import CreateAgentRequest
from .create_agent_response import CreateAgentResponse
from .create_alert_request import CreateAlertRequest
from .create_api_key_request import CreateApiKeyRequest
from .create_api_key_response import CreateApiKeyResponse
from .create_dataset_request import CreateDatasetRequest
from .create_dataset_response import CreateDatasetResponse
from .create_experiment_request import CreateExperimentRequest
from .create_prompt_request import CreatePromptRequest
from .create_record_dataset_request import CreateRecordDatasetRequest
from .create_request_request import CreateRequestRequest
from .create_request_response import CreateRequestResponse
from .create_run_request import CreateRunRequest
from .create_run_response import CreateRunResponse
from .create_sandbox_request import CreateSandboxRequest
from .create_score_rule_request import CreateScoreRuleRequest
from .credential import Credential
from .dataset import Dataset
from .dataset_record import DatasetRecord
from .dataset_source import DatasetSource
from .delete_agent_request import DeleteAgentRequest
from .delete_api_agents_name_files_path_response_200 import (
    DeleteApiAgentsNameFilesPathResponse200,
)
from .delete_api_agents_name_response_200 import DeleteApiAgentsNameResponse200
from .delete_api_queue_id_response_200 import DeleteApiQueueIdResponse200
from .delete_api_sessions_id_files_path_response_200 import (
    DeleteApiSessionsIdFilesPathResponse200,
)
from .delete_api_sessions_id_response_200 import DeleteApiSessionsIdResponse200
from .delete_dataset_request import DeleteDatasetRequest
from .delete_run_request import DeleteRunRequest
from .error import Error
from .expected_behaviors import ExpectedBehaviors
from .expected_response import ExpectedResponse
from .experiment import Experiment
from .experiment_comparison import ExperimentComparison
from .experiment_export import ExperimentExport
from .experiment_metrics import ExperimentMetrics
from .experiment_results import ExperimentResults
from .experiment_score import ExperimentScore
from .experiment_summary import ExperimentSummary
from .experiment_totals import ExperimentTotals
from .file_state import FileState
from .file_states import FileStates
from .finish_run_request import FinishRunRequest
from .finish_run_response import FinishRunResponse
from .forbidden_check_result import ForbiddenCheckResult
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
from .get_api_agents_name_config_response_200 import GetApiAgentsNameConfigResponse200
from .get_api_agents_name_files_path_response_200 import (
    GetApiAgentsNameFilesPathResponse200,
)
from .get_api_agents_name_files_response_200 import GetApiAgentsNameFilesResponse200
from .get_api_agents_name_response_200 import GetApiAgentsNameResponse200
from .get_api_agents_name_versions_response_200 import (
    GetApiAgentsNameVersionsResponse200,
)
from .get_api_agents_name_versions_version_response_200 import (
    GetApiAgentsNameVersionsVersionResponse200,
)
from .get_api_agents_response_200 import GetApiAgentsResponse200
from .get_api_credentials_response_200 import GetApiCredentialsResponse200
from .get_api_internal_runners_response_200 import GetApiInternalRunnersResponse200
from .get_api_queue_id_response_200 import GetApiQueueIdResponse200
from .get_api_queue_response_200 import GetApiQueueResponse200
from .get_api_queue_stats_response_200 import GetApiQueueStatsResponse200
from .get_api_sessions_id_attachments_response_200 import (
    GetApiSessionsIdAttachmentsResponse200,
)
from .get_api_sessions_id_events_response_200 import GetApiSessionsIdEventsResponse200
from .get_api_sessions_id_files_path_response_200 import (
    GetApiSessionsIdFilesPathResponse200,
)
from .get_api_sessions_id_files_response_200 import GetApiSessionsIdFilesResponse200
from .get_api_sessions_id_logs_response_200 import GetApiSessionsIdLogsResponse200
from .get_api_sessions_id_messages_response_200 import (
    GetApiSessionsIdMessagesResponse200,
)
from .get_api_sessions_id_response_200 import GetApiSessionsIdResponse200
from .get_api_sessions_response_200 import GetApiSessionsResponse200
from .get_api_usage_response_200 import GetApiUsageResponse200
from .get_api_usage_stats_response_200 import GetApiUsageStatsResponse200
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
from .grading_preview import GradingPreview
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
from .invariant_result import InvariantResult
from .json_object import JsonObject
from .keep_alive_request import KeepAliveRequest
from .kernel_viewport import KernelViewport
from .kernel_vm_metadata import KernelVmMetadata
from .keystone_error import KeystoneError
from .label import Label
from .label_agreement import LabelAgreement
from .label_page import LabelPage
from .label_queue import LabelQueue
from .label_verdict import LabelVerdict
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
from .metric_comparison import MetricComparison
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
from .paired_verdict import PairedVerdict
from .pass_rate_data_point import PassRateDataPoint
from .patch_api_agents_name_body import PatchApiAgentsNameBody
from .patch_api_agents_name_config_body import PatchApiAgentsNameConfigBody
from .patch_api_agents_name_config_response_200 import (
    PatchApiAgentsNameConfigResponse200,
)
from .patch_api_agents_name_response_200 import PatchApiAgentsNameResponse200
from .patch_api_agents_name_versions_version_body import (
    PatchApiAgentsNameVersionsVersionBody,
)
from .patch_api_agents_name_versions_version_response_200 import (
    PatchApiAgentsNameVersionsVersionResponse200,
)
from .patch_api_sessions_id_config_body import PatchApiSessionsIdConfigBody
from .patch_api_sessions_id_config_response_200 import (
    PatchApiSessionsIdConfigResponse200,
)
from .pentest_category import PentestCategory
from .pentest_config import PentestConfig
from .pentest_difficulty import PentestDifficulty
from .pentest_mode import PentestMode
from .post_api_agents_body import PostApiAgentsBody
from .post_api_agents_name_files_body import PostApiAgentsNameFilesBody
from .post_api_agents_name_files_response_200 import PostApiAgentsNameFilesResponse200
from .post_api_agents_name_versions_body import PostApiAgentsNameVersionsBody
from .post_api_agents_name_versions_response_201 import (
    PostApiAgentsNameVersionsResponse201,
)
from .post_api_agents_name_versions_version_activate_response_200 import (
    PostApiAgentsNameVersionsVersionActivateResponse200,
)
from .post_api_agents_response_201 import PostApiAgentsResponse201
from .post_api_credentials_body import PostApiCredentialsBody
from .post_api_credentials_response_201 import PostApiCredentialsResponse201
from .post_api_internal_runners_body import PostApiInternalRunnersBody
from .post_api_queue_body import PostApiQueueBody
from .post_api_queue_response_201 import PostApiQueueResponse201
from .post_api_sessions_body import PostApiSessionsBody
from .post_api_sessions_id_attachments_body import PostApiSessionsIdAttachmentsBody
from .post_api_sessions_id_attachments_response_201 import (
    PostApiSessionsIdAttachmentsResponse201,
)
from .post_api_sessions_id_exec_body import PostApiSessionsIdExecBody
from .post_api_sessions_id_exec_response_200 import PostApiSessionsIdExecResponse200
from .post_api_sessions_id_files_body import PostApiSessionsIdFilesBody
from .post_api_sessions_id_files_response_200 import PostApiSessionsIdFilesResponse200
from .post_api_sessions_id_fork_body import PostApiSessionsIdForkBody
from .post_api_sessions_id_fork_response_201 import PostApiSessionsIdForkResponse201
from .post_api_sessions_id_interrupt_response_200 import (
    PostApiSessionsIdInterruptResponse200,
)
from .post_api_sessions_id_messages_body import PostApiSessionsIdMessagesBody
from .post_api_sessions_id_pause_response_200 import PostApiSessionsIdPauseResponse200
from .post_api_sessions_id_resume_response_200 import PostApiSessionsIdResumeResponse200
from .post_api_sessions_id_stop_response_200 import PostApiSessionsIdStopResponse200
from .post_api_sessions_id_workspace_body import PostApiSessionsIdWorkspaceBody
from .post_api_sessions_response_201 import PostApiSessionsResponse201
from .preview_grading_request import PreviewGradingRequest
from .prompt import Prompt
from .prompt_usage import PromptUsage
from .query_result import QueryResult
from .query_sandbox_service_request import QuerySandboxServiceRequest
from .queue_item import QueueItem
from .queue_stats import QueueStats
from .queued_scores import QueuedScores
from .record_dataset import RecordDataset
from .recorded_decisions import RecordedDecisions
from .recorded_score import RecordedScore
from .recorded_scores import RecordedScores
from .recorded_tool_call import RecordedToolCall
from .render_prompt_request import RenderPromptRequest
from .rendered_prompt import RenderedPrompt
from .reproducer import Reproducer
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
from .scenario_cost import ScenarioCost
from .scenario_map import ScenarioMap
from .scenario_page import ScenarioPage
from .scenario_result import ScenarioResult
from .scenario_score_request import ScenarioScoreRequest
from .score_experiment_request import ScoreExperimentRequest
from .score_page import ScorePage
from .score_result import ScoreResult
from .score_rule import ScoreRule
from .score_rule_summary import ScoreRuleSummary
from .scorer_request import ScorerRequest
from .scores import Scores
from .sdk_note import SdkNote
from .service_request import ServiceRequest
from .session import Session
from .session_event import SessionEvent
from .set_dataset_agent_request import SetDatasetAgentRequest
from .set_label_request import SetLabelRequest
from .set_prompt_tag_request import SetPromptTagRequest
from .skipped_traces import SkippedTraces
from .snapshot_auth import SnapshotAuth
from .snapshot_config_file import SnapshotConfigFile
from .snapshot_egress import SnapshotEgress
from .snapshot_metadata import SnapshotMetadata
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
from .tool_metric import ToolMetric
from .tool_metrics import ToolMetrics
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
from .unlabelled_test import UnlabelledTest
from .update_agent_request import UpdateAgentRequest
from .update_agent_response import UpdateAgentResponse
from .update_dataset_request import UpdateDatasetRequest
from .update_dataset_response import UpdateDatasetResponse
from .update_score_rule_request import UpdateScoreRuleRequest
from .upload_snapshot_form import UploadSnapshotForm
from .usage import Usage
from .usage_event import UsageEvent
from .usage_stats import UsageStats
from .user import User
from .user_persona import UserPersona
from .verdict import Verdict
from .verdict_change import VerdictChange
from .verdict_counts import VerdictCounts
from .vm_log_entry import VmLogEntry
from .vm_stream import VmStream
from .website_simulation import WebsiteSimulation
from .workspace_changes import WorkspaceChanges
from .workspace_diff import WorkspaceDiff
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
    "AgentSnapshot",
    "AgentSnapshotPage",
    "AggregateMetrics",
    "Alert",
    "AlertFiring",
    "AlertFiringPage",
    "AnalyticsOverview",
    "APIKey",
    "AppendRunTestsRequest",
    "AppendRunTestsResponse",
    "ArgumentComparison",
    "ArgumentModes",
    "ArgumentPair",
    "ArgumentPairs",
    "ArgumentRules",
    "AshAgent",
    "AshAgentConfig",
    "AshContentBlock",
    "AshDone",
    "AshError",
    "AshFile",
    "AshFileEntry",
    "AshLogEntry",
    "AshMcpServer",
    "AshMcpServers",
    "AshMessage",
    "AshNotice",
    "AshOk",
    "AshOutputFormat",
    "AshPoolStats",
    "AshSession",
    "AshSessionStart",
    "AshSessionStatus",
    "AshStrings",
    "AshTextDelta",
    "AshThinking",
    "AshToolResult",
    "AshToolUse",
    "AshTurnComplete",
    "AshTurnError",
    "AshVersion",
    "AshWrittenFile",
    "Attachment",
    "BehaviorResult",
    "BehaviorRule",
    "CancelRunRequest",
    "Capabilities",
    "Check",
    "CheckedInvariant",
    "CommandResult",
    "CompareExperimentsRequest",
    "ComplexityDistribution",
    "Confirmation",
    "CostDataPoint",
    "Coverage",
    "CreateAgentRequest",
    "CreateAgentResponse",
    "CreateAlertRequest",
    "CreateApiKeyRequest",
    "CreateApiKeyResponse",
    "CreateDatasetRequest",
    "CreateDatasetResponse",
    "CreateExperimentRequest",
    "CreatePromptRequest",
    "CreateRecordDatasetRequest",
    "CreateRequestRequest",
    "CreateRequestResponse",
    "CreateRunRequest",
    "CreateRunResponse",
    "CreateSandboxRequest",
    "CreateScoreRuleRequest",
    "Credential",
    "Dataset",
    "DatasetRecord",
    "DatasetSource",
    "DeleteAgentRequest",
    "DeleteApiAgentsNameFilesPathResponse200",
    "DeleteApiAgentsNameResponse200",
    "DeleteApiQueueIdResponse200",
    "DeleteApiSessionsIdFilesPathResponse200",
    "DeleteApiSessionsIdResponse200",
    "DeleteDatasetRequest",
    "DeleteRunRequest",
    "Error",
    "ExpectedBehaviors",
    "ExpectedResponse",
    "Experiment",
    "ExperimentComparison",
    "ExperimentExport",
    "ExperimentMetrics",
    "ExperimentResults",
    "ExperimentScore",
    "ExperimentSummary",
    "ExperimentTotals",
    "FileState",
    "FileStates",
    "FinishRunRequest",
    "FinishRunResponse",
    "ForbiddenCheckResult",
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
    "GetApiAgentsNameConfigResponse200",
    "GetApiAgentsNameFilesPathResponse200",
    "GetApiAgentsNameFilesResponse200",
    "GetApiAgentsNameResponse200",
    "GetApiAgentsNameVersionsResponse200",
    "GetApiAgentsNameVersionsVersionResponse200",
    "GetApiAgentsResponse200",
    "GetApiCredentialsResponse200",
    "GetApiInternalRunnersResponse200",
    "GetApiQueueIdResponse200",
    "GetApiQueueResponse200",
    "GetApiQueueStatsResponse200",
    "GetApiSessionsIdAttachmentsResponse200",
    "GetApiSessionsIdEventsResponse200",
    "GetApiSessionsIdFilesPathResponse200",
    "GetApiSessionsIdFilesResponse200",
    "GetApiSessionsIdLogsResponse200",
    "GetApiSessionsIdMessagesResponse200",
    "GetApiSessionsIdResponse200",
    "GetApiSessionsResponse200",
    "GetApiUsageResponse200",
    "GetApiUsageStatsResponse200",
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
    "GradingPreview",
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
    "InvariantResult",
    "JsonObject",
    "KeepAliveRequest",
    "KernelViewport",
    "KernelVmMetadata",
    "KeystoneError",
    "Label",
    "LabelAgreement",
    "LabelPage",
    "LabelQueue",
    "LabelVerdict",
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
    "MetricComparison",
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
    "PairedVerdict",
    "PassRateDataPoint",
    "PatchApiAgentsNameBody",
    "PatchApiAgentsNameConfigBody",
    "PatchApiAgentsNameConfigResponse200",
    "PatchApiAgentsNameResponse200",
    "PatchApiAgentsNameVersionsVersionBody",
    "PatchApiAgentsNameVersionsVersionResponse200",
    "PatchApiSessionsIdConfigBody",
    "PatchApiSessionsIdConfigResponse200",
    "PentestCategory",
    "PentestConfig",
    "PentestDifficulty",
    "PentestMode",
    "PostApiAgentsBody",
    "PostApiAgentsNameFilesBody",
    "PostApiAgentsNameFilesResponse200",
    "PostApiAgentsNameVersionsBody",
    "PostApiAgentsNameVersionsResponse201",
    "PostApiAgentsNameVersionsVersionActivateResponse200",
    "PostApiAgentsResponse201",
    "PostApiCredentialsBody",
    "PostApiCredentialsResponse201",
    "PostApiInternalRunnersBody",
    "PostApiQueueBody",
    "PostApiQueueResponse201",
    "PostApiSessionsBody",
    "PostApiSessionsIdAttachmentsBody",
    "PostApiSessionsIdAttachmentsResponse201",
    "PostApiSessionsIdExecBody",
    "PostApiSessionsIdExecResponse200",
    "PostApiSessionsIdFilesBody",
    "PostApiSessionsIdFilesResponse200",
    "PostApiSessionsIdForkBody",
    "PostApiSessionsIdForkResponse201",
    "PostApiSessionsIdInterruptResponse200",
    "PostApiSessionsIdMessagesBody",
    "PostApiSessionsIdPauseResponse200",
    "PostApiSessionsIdResumeResponse200",
    "PostApiSessionsIdStopResponse200",
    "PostApiSessionsIdWorkspaceBody",
    "PostApiSessionsResponse201",
    "PreviewGradingRequest",
    "Prompt",
    "PromptUsage",
    "QueryResult",
    "QuerySandboxServiceRequest",
    "QueuedScores",
    "QueueItem",
    "QueueStats",
    "RecordDataset",
    "RecordedDecisions",
    "RecordedScore",
    "RecordedScores",
    "RecordedToolCall",
    "RenderedPrompt",
    "RenderPromptRequest",
    "Reproducer",
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
    "ScenarioCost",
    "ScenarioMap",
    "ScenarioPage",
    "ScenarioResult",
    "ScenarioScoreRequest",
    "ScoreExperimentRequest",
    "ScorePage",
    "ScoreResult",
    "ScorerRequest",
    "ScoreRule",
    "ScoreRuleSummary",
    "Scores",
    "SdkNote",
    "ServiceRequest",
    "Session",
    "SessionEvent",
    "SetDatasetAgentRequest",
    "SetLabelRequest",
    "SetPromptTagRequest",
    "SkippedTraces",
    "SnapshotAuth",
    "SnapshotConfigFile",
    "SnapshotEgress",
    "SnapshotMetadata",
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
    "ToolMetric",
    "ToolMetrics",
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
    "UnlabelledTest",
    "UpdateAgentRequest",
    "UpdateAgentResponse",
    "UpdateDatasetRequest",
    "UpdateDatasetResponse",
    "UpdateScoreRuleRequest",
    "UploadSnapshotForm",
    "Usage",
    "UsageEvent",
    "UsageStats",
    "User",
    "UserPersona",
    "Verdict",
    "VerdictChange",
    "VerdictCounts",
    "VmLogEntry",
    "VmStream",
    "WebsiteSimulation",
    "WorkspaceChanges",
    "WorkspaceDiff",
    "WriteSandboxFileRequest",
)
