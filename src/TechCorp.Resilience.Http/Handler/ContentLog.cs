using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience.Http;

/// <summary>Says why requests of a client are not repeated: once for each type of content, however often a client factory replaces the handler.</summary>
internal sealed class ContentLog(ILogger logger, ResiliencePipelineRegistry pipelines, string name)
{
    private const int MostTypes = 1_000; // of all clients; further ones are not logged
    private static readonly ConditionalWeakTable<ResiliencePipelineRegistry, ConcurrentDictionary<(string, ContentRefusal, string), byte>> Said = new();

    private readonly ConcurrentDictionary<(string, ContentRefusal, string), byte> _said = Said.GetValue(pipelines, static _ => new());

    internal void Refused(HttpCall call, ContentRefusal refusal, int maxBufferedContent)
    {
        var type = (name, refusal, call.ContentType);
        if (_said.ContainsKey(type) || !logger.IsEnabled(LogLevel.Warning) || _said.Count >= MostTypes || !_said.TryAdd(type, 0))
        {
            return;
        }

        if (refusal == ContentRefusal.TooLarge)
        {
            logger.ContentTooLarge(name, call.Method.Method, call.ContentType, maxBufferedContent);
        }
        else
        {
            logger.ContentNotRepeatable(name, call.Method.Method, call.ContentType);
        }
    }

    /// <summary>Said each time: that call has failed.</summary>
    internal void Cut(HttpCall call) => logger.ContentCut(name, call.Method.Method, call.ContentType);
}
