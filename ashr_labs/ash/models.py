"""The models of the Ash wire, by the names that its documents give them."""

from typing import Literal, TypeAlias

from ashr_labs_api.models import (
    AshAgent as Agent,
)
from ashr_labs_api.models import AshAgentConfig as AgentConfig
from ashr_labs_api.models import AshContentBlock as ContentBlock
from ashr_labs_api.models import (
    AshDone as Done,
)
from ashr_labs_api.models import (
    AshError as ApiError,
)
from ashr_labs_api.models import (
    AshFile as File,
)
from ashr_labs_api.models import (
    AshFileEntry as FileEntry,
)
from ashr_labs_api.models import (
    AshLogEntry as LogEntry,
)
from ashr_labs_api.models import (
    AshMcpServer as McpServer,
)
from ashr_labs_api.models import (
    AshMcpServers as McpServers,
)
from ashr_labs_api.models import (
    AshMessage as Message,
)
from ashr_labs_api.models import (
    AshNotice as Notice,
)
from ashr_labs_api.models import AshOk as Ok
from ashr_labs_api.models import (
    AshOutputFormat as OutputFormat,
)
from ashr_labs_api.models import AshPoolStats as PoolStats
from ashr_labs_api.models import (
    AshSession as Session,
)
from ashr_labs_api.models import (
    AshSessionStart as SessionStart,
)
from ashr_labs_api.models import (
    AshSessionStatus as SessionStatus,
)
from ashr_labs_api.models import (
    AshStrings as Strings,
)
from ashr_labs_api.models import (
    AshTextDelta as TextDelta,
)
from ashr_labs_api.models import (
    AshThinking as Thinking,
)
from ashr_labs_api.models import (
    AshToolResult as ToolResult,
)
from ashr_labs_api.models import (
    AshToolUse as ToolUse,
)
from ashr_labs_api.models import (
    AshTurnComplete as TurnComplete,
)
from ashr_labs_api.models import (
    AshTurnError as TurnError,
)
from ashr_labs_api.models import AshVersion as Version
from ashr_labs_api.models import (
    AshWrittenFile as WrittenFile,
)
from ashr_labs_api.models import (
    Attachment,
    Credential,
    DeleteApiAgentsNameFilesPathResponse200,
    DeleteApiAgentsNameResponse200,
    DeleteApiQueueIdResponse200,
    DeleteApiSessionsIdFilesPathResponse200,
    DeleteApiSessionsIdResponse200,
    GetApiAgentsNameConfigResponse200,
    GetApiAgentsNameFilesPathResponse200,
    GetApiAgentsNameFilesResponse200,
    GetApiAgentsNameResponse200,
    GetApiAgentsNameVersionsResponse200,
    GetApiAgentsNameVersionsVersionResponse200,
    GetApiAgentsResponse200,
    GetApiCredentialsResponse200,
    GetApiInternalRunnersResponse200,
    GetApiQueueIdResponse200,
    GetApiQueueResponse200,
    GetApiQueueStatsResponse200,
    GetApiSessionsIdAttachmentsResponse200,
    GetApiSessionsIdEventsResponse200,
    GetApiSessionsIdFilesPathResponse200,
    GetApiSessionsIdFilesResponse200,
    GetApiSessionsIdLogsResponse200,
    GetApiSessionsIdMessagesResponse200,
    GetApiSessionsIdResponse200,
    GetApiSessionsResponse200,
    GetApiUsageResponse200,
    GetApiUsageStatsResponse200,
    JsonObject,
    PatchApiAgentsNameBody,
    PatchApiAgentsNameConfigBody,
    PatchApiAgentsNameConfigResponse200,
    PatchApiAgentsNameResponse200,
    PatchApiAgentsNameVersionsVersionBody,
    PatchApiAgentsNameVersionsVersionResponse200,
    PatchApiSessionsIdConfigBody,
    PatchApiSessionsIdConfigResponse200,
    PostApiAgentsBody,
    PostApiAgentsNameFilesBody,
    PostApiAgentsNameFilesResponse200,
    PostApiAgentsNameVersionsBody,
    PostApiAgentsNameVersionsResponse201,
    PostApiAgentsNameVersionsVersionActivateResponse200,
    PostApiAgentsResponse201,
    PostApiCredentialsBody,
    PostApiCredentialsResponse201,
    PostApiInternalRunnersBody,
    PostApiQueueBody,
    PostApiQueueResponse201,
    PostApiSessionsBody,
    PostApiSessionsIdAttachmentsBody,
    PostApiSessionsIdAttachmentsResponse201,
    PostApiSessionsIdExecBody,
    PostApiSessionsIdExecResponse200,
    PostApiSessionsIdFilesBody,
    PostApiSessionsIdFilesResponse200,
    PostApiSessionsIdForkBody,
    PostApiSessionsIdForkResponse201,
    PostApiSessionsIdInterruptResponse200,
    PostApiSessionsIdMessagesBody,
    PostApiSessionsIdPauseResponse200,
    PostApiSessionsIdResumeResponse200,
    PostApiSessionsIdStopResponse200,
    PostApiSessionsIdWorkspaceBody,
    PostApiSessionsResponse201,
    QueueItem,
    QueueStats,
    SessionEvent,
    UsageEvent,
    UsageStats,
)
from ashr_labs_api.models import Health as HealthResponse

__all__ = [
    "Agent",
    "AgentConfig",
    "ApiError",
    "Attachment",
    "ContentBlock",
    "Credential",
    "DeleteApiAgentsNameFilesPathResponse200",
    "DeleteApiAgentsNameResponse200",
    "DeleteApiQueueIdResponse200",
    "DeleteApiSessionsIdFilesPathResponse200",
    "DeleteApiSessionsIdResponse200",
    "Done",
    "File",
    "FileEntry",
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
    "HealthResponse",
    "JsonObject",
    "LogEntry",
    "McpServer",
    "McpServers",
    "Message",
    "MessageRole",
    "Notice",
    "Ok",
    "OutputFormat",
    "PatchApiAgentsNameBody",
    "PatchApiAgentsNameConfigBody",
    "PatchApiAgentsNameConfigResponse200",
    "PatchApiAgentsNameResponse200",
    "PatchApiAgentsNameVersionsVersionBody",
    "PatchApiAgentsNameVersionsVersionResponse200",
    "PatchApiSessionsIdConfigBody",
    "PatchApiSessionsIdConfigResponse200",
    "PoolStats",
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
    "QueueItem",
    "QueueItemStatus",
    "QueueStats",
    "Session",
    "SessionEvent",
    "SessionEventType",
    "SessionStart",
    "SessionStatus",
    "Strings",
    "TextDelta",
    "Thinking",
    "ToolResult",
    "ToolUse",
    "TurnComplete",
    "TurnError",
    "UsageEvent",
    "UsageStats",
    "Version",
    "WrittenFile",
]

MessageRole: TypeAlias = Literal["user", "assistant"]
"""The author of a message."""
QueueItemStatus: TypeAlias = Literal["pending", "processing", "completed", "failed", "cancelled"]
"""The states of an item of the queue."""
SessionEventType: TypeAlias = Literal[
    "error", "lifecycle", "reasoning", "text", "tool_result", "tool_start", "turn_complete"
]
"""The kinds of events of a session; a platform may add others."""
