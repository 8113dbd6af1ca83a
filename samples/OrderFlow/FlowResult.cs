namespace OrderFlow;

/// <summary>The result of a run, read from the databases of the six services.</summary>
internal sealed record FlowResult
{
    internal int Orders { get; set; }

    internal int Completed { get; set; }

    internal int Compensated { get; set; }

    internal int Refunded { get; set; }

    internal int DeadLettered { get; set; }

    internal int Redriven { get; set; }

    internal int Images { get; set; }

    internal int QueuedPayments { get; set; }

    /// <summary>How many of the queued payments were charged later.</summary>
    internal int QueuedAndCharged { get; set; }

    internal int MostPaymentAttempts { get; set; }

    /// <summary>The orders with a refund.</summary>
    internal IReadOnlySet<string> RefundedOrders { get; set; } = new HashSet<string>();

    internal IDictionary<string, int> EventsBySubscriber { get; } = new Dictionary<string, int>();

    internal IReadOnlyDictionary<string, int> SentByChannel { get; set; } = new Dictionary<string, int>();

    /// <summary>Effects that are missing in the databases, one line each.</summary>
    internal List<string> Lost { get; } = [];

    /// <summary>Effects that occur more than once, one line each.</summary>
    internal List<string> Duplicates { get; } = [];

    /// <summary>Other violated invariants, one line each.</summary>
    internal List<string> Broken { get; } = [];

    internal bool Held => Lost.Count == 0 && Duplicates.Count == 0 && Broken.Count == 0;

    /// <summary>Compares how often an effect occurs with how often it must occur.</summary>
    internal void Expect(string what, int expected, int actual)
    {
        Lost.AddRange(Enumerable.Repeat(what, Math.Max(0, expected - actual)));
        Duplicates.AddRange(Enumerable.Repeat(what, Math.Max(0, actual - expected)));
    }

    internal void Require(bool condition, string failure)
    {
        if (!condition)
        {
            Broken.Add(failure);
        }
    }

    public override string ToString()
        => $"OrderFlow: orders={Orders} completed={Completed} compensated={Compensated} refunded={Refunded} lost={Lost.Count} "
        + $"duplicate_effects={Duplicates.Count} "
            + $"dead_lettered={DeadLettered} redriven={Redriven} images={Images} invariants={(Held ? "held" : "broken")}";
}
