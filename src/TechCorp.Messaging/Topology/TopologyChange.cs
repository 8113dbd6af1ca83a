namespace TechCorp.Messaging;

/// <summary>What declaring would do about one part of a topology. Compared by value.</summary>
public sealed record TopologyChange
{
    /// <summary>The reason of a dead-letter or retry queue that is used although it has no delivery limit.</summary>
    internal const string WithoutDeliveryLimit = "it has no 'x-delivery-limit'; from RabbitMQ 4.0 on a policy has to give it one.";

    internal TopologyChange(TopologyChangeKind kind, string subject, string detail = "")
    {
        Kind = kind;
        Subject = subject;
        Detail = detail;
    }

    /// <summary>What: <c>Create</c>, <c>Identical</c>, <c>Conflict</c> (declaring would be refused), <c>Bind</c>, <c>Ignored</c> (accepted without effect) or
    /// <c>Undeclared</c> (the broker has a binding that the topology has not).</summary>
    public string Action => Kind.ToString();

    /// <summary>To what: <c>queue 'orders.process'</c>.</summary>
    public string Subject { get; }

    /// <summary>For a conflict the arguments that differ, ours and the broker's; else empty or a reason.</summary>
    public string Detail { get; internal init; }

    internal TopologyChangeKind Kind { get; }

    /// <inheritdoc/>
    public override string ToString() => Detail.Length == 0 ? $"{Action}: {Subject}" : $"{Action}: {Subject}: {Detail}";
}
