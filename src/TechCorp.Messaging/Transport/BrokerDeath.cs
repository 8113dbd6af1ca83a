namespace TechCorp.Messaging;

/// <summary>How the broker dead-lettered a message last.</summary>
/// <param name="Reason">Expired, rejected, maxlen, delivery_limit.</param>
/// <param name="Queue">The queue that it was in, the queues of a delay left out: a message only passes through them. Null when it is not known.</param>
internal sealed record BrokerDeath(string? Reason, string? Queue)
{
    /// <param name="deaths">Queues and reasons, the newest first.</param>
    internal static BrokerDeath? Of(IEnumerable<(string? Queue, string? Reason)> deaths)
    {
        var (any, reason) = (false, (string?)null);
        foreach (var death in deaths)
        {
            (any, reason) = (true, any ? reason : death.Reason);
            if (death.Queue is { Length: > 0 } queue && !DelaySteps.IsStep(queue))
            {
                return new BrokerDeath(reason, queue);
            }
        }

        return any ? new BrokerDeath(reason, Queue: null) : null;
    }
}
