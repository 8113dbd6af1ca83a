using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Reports each type that a consumer ignores once, and no more than a hundred. Safe for concurrent use.</summary>
internal sealed class UnknownTypes(ILogger logger)
{
    private const int Most = 100; // a producer may make up names

    private readonly Lock _gate = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal); // guarded by _gate

    internal void Ignored(string queue, Delivery delivery, AttemptOutcome outcome)
    {
        var reason = outcome.Exception?.Message ?? "";
        bool isNew;
        lock (_gate)
        {
            isNew = _seen.Count < Most && _seen.Add(reason); // it names the type
        }

        if (isNew)
        {
            logger.TypeIgnored(delivery.MessageId, queue, reason);
        }
    }
}
