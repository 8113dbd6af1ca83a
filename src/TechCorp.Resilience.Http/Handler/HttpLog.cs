using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience.Http;

/// <summary>What HTTP handlers log.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(
        1020,
        LogLevel.Warning,
        "'{Name}' does not retry a {Method} request: its content ({Content}) can be sent only once. Buffer the content to have the request retried.")]
    internal static partial void ContentNotRepeatable(this ILogger logger, string name, string method, string content);

    [LoggerMessage(
        1021,
        LogLevel.Warning,
        "'{Name}' does not retry a {Method} request: its content ({Content}) has more than {MaxBufferedContent} bytes and is not kept for another attempt. "
            + "Raise MaxBufferedContent to have the request retried.")]
    internal static partial void ContentTooLarge(this ILogger logger, string name, string method, string content, int maxBufferedContent);
}
