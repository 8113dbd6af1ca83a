namespace OrderFlow;

/// <summary>What the drivers saw while it ran; everything that is counted comes from the books.</summary>
internal sealed record Observations
{
    /// <summary>The order that each number of the script became.</summary>
    internal required IReadOnlyDictionary<int, string> Placed { get; init; }

    /// <summary>How often the payment circuit was seen open during a gateway outage.</summary>
    internal required int OutagesSeen { get; init; }

    /// <summary>Whether an order sent twice with one key came back as one order.</summary>
    internal required bool RepeatedOrderWasOne { get; init; }

    /// <summary>What the dead letter said; null when an earlier run looked at it.</summary>
    internal required string? DeadLetterReason { get; init; }

    /// <summary>What did not come as far as it had to, a line each.</summary>
    internal required IReadOnlyCollection<string> Faults { get; init; }
}
