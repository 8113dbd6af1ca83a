using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience.Http;

/// <summary>What HTTP handlers log.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(
        1020,
        LogLevel.Warning,
        "'{Name}' does not retry a {Method} request: its content ({Content}) can be sent only once. Read it into a ByteArrayContent to have the request "
            + "retried. This is logged once for each type of content.")]
    internal static partial void ContentNotRepeatable(this ILogger logger, string name, string method, string content);

    [LoggerMessage(
        1021,
        LogLevel.Warning,
        "'{Name}' does not retry a {Method} request: its content ({Content}) has more than {MaxBufferedContent} bytes and is not kept for another attempt. "
            + "Raise MaxBufferedContent to have the request retried. This is logged once for each type of content.")]
    internal static partial void ContentTooLarge(this ILogger logger, string name, string method, string content, int maxBufferedContent);

    [LoggerMessage(
        1023,
        LogLevel.Warning,
        "'{Name}' does not retry a {Method} request: its content ({Content}) was not written within the limit of the attempt, and may be readable only once. "
            + "Raise the limit, or complete the content before the request.")]
    internal static partial void ContentCut(this ILogger logger, string name, string method, string content);
}
