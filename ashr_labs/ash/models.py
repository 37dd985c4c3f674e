"""The models of the Ash wire, by the names that its documents give them."""

from ashr_labs_api.models import (
    AshAgent as Agent,
)
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
from ashr_labs_api.models import (
    AshOutputFormat as OutputFormat,
)
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
from ashr_labs_api.models import (
    AshWrittenFile as WrittenFile,
)
from ashr_labs_api.models import (
    Attachment,
    Credential,
    DeleteApiAgentsNameResponse200,
    DeleteApiQueueIdResponse200,
    DeleteApiSessionsIdFilesPathResponse200,
    DeleteApiSessionsIdResponse200,
    GetApiAgentsNameFilesPathResponse200,
    GetApiAgentsNameFilesResponse200,
    GetApiAgentsNameResponse200,
    GetApiAgentsResponse200,
    GetApiCredentialsResponse200,
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
    PatchApiSessionsIdConfigBody,
    PatchApiSessionsIdConfigResponse200,
    PostApiAgentsBody,
    PostApiAgentsResponse201,
    PostApiCredentialsBody,
    PostApiCredentialsResponse201,
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

__all__ = [
    "Agent",
    "ApiError",
    "Attachment",
    "Credential",
    "DeleteApiAgentsNameResponse200",
    "DeleteApiQueueIdResponse200",
    "DeleteApiSessionsIdFilesPathResponse200",
    "DeleteApiSessionsIdResponse200",
    "Done",
    "File",
    "FileEntry",
    "GetApiAgentsNameFilesPathResponse200",
    "GetApiAgentsNameFilesResponse200",
    "GetApiAgentsNameResponse200",
    "GetApiAgentsResponse200",
    "GetApiCredentialsResponse200",
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
    "JsonObject",
    "LogEntry",
    "McpServer",
    "McpServers",
    "Message",
    "Notice",
    "OutputFormat",
    "PatchApiSessionsIdConfigBody",
    "PatchApiSessionsIdConfigResponse200",
    "PostApiAgentsBody",
    "PostApiAgentsResponse201",
    "PostApiCredentialsBody",
    "PostApiCredentialsResponse201",
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
    "QueueStats",
    "Session",
    "SessionEvent",
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
    "WrittenFile",
]
