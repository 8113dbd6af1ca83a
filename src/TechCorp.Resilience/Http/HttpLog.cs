using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>What HTTP handlers log.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(
        1020,
        LogLevel.Warning,
        "'{Name}' does not retry a {Method} request: its content ({Content}) can be sent only once. Buffer the content to have the request retried.")]
    internal static partial void ContentNotRepeatable(this ILogger logger, string name, string method, string content);
}
