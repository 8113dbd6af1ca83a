namespace TechCorp.Messaging;

/// <summary>A queue or exchange exists on the broker with other arguments than the service wants, or does not exist where it must.</summary>
public sealed class TopologyMismatchException : Exception
{
    /// <summary>Says what differs and what the remedies are.</summary>
    public TopologyMismatchException(string entity, string difference, string remedy, Exception? innerException = null)
        : base($"{entity} is not as declared: {difference} {remedy}", innerException)
    {
        Entity = entity;
        Difference = difference;
    }

    /// <summary>The queue or exchange: <c>queue 'orders.process'</c>.</summary>
    public string Entity { get; }

    /// <summary>What differs: argument, ours and theirs, in the broker's words.</summary>
    public string Difference { get; }
}
