namespace OrderFlow;

/// <summary>What the drivers saw during the run. Everything that is counted comes from the databases instead.</summary>
internal sealed record Observations
{
    /// <summary>The order id of each scripted order, by its number.</summary>
    internal required IReadOnlyDictionary<int, string> Placed { get; init; }

    /// <summary>In how many gateway outages the payment circuit was open.</summary>
    internal required int OutagesSeen { get; init; }

    /// <summary>Whether an order sent twice with the same key created one order.</summary>
    internal required bool RepeatedOrderWasOne { get; init; }

    /// <summary>The reason in the dead letter; null if the interrupted run already did the redrive.</summary>
    internal required string? DeadLetterReason { get; init; }

    /// <summary>The steps that failed or timed out, one line each.</summary>
    internal required IReadOnlyCollection<string> Faults { get; init; }
}
