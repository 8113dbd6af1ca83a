namespace OrderFlow;

/// <summary>What the books of the six services say.</summary>
internal sealed record Verdict
{
    internal int Orders { get; set; }

    internal int Completed { get; set; }

    internal int Compensated { get; set; }

    internal int Refunded { get; set; }

    internal int DeadLettered { get; set; }

    internal int Redriven { get; set; }

    internal int Images { get; set; }

    internal int QueuedPayments { get; set; }

    /// <summary>How many of the queued payments were charged in the end.</summary>
    internal int QueuedAndCharged { get; set; }

    internal int MostPaymentAttempts { get; set; }

    /// <summary>The orders of which something was paid back.</summary>
    internal IReadOnlySet<string> RefundedOrders { get; set; } = new HashSet<string>();

    internal IDictionary<string, int> EventsBySubscriber { get; } = new Dictionary<string, int>();

    internal IReadOnlyDictionary<string, int> SentByChannel { get; set; } = new Dictionary<string, int>();

    /// <summary>What should be in the books and is not, a line each.</summary>
    internal List<string> Lost { get; } = [];

    /// <summary>What is in the books more than once, a line each.</summary>
    internal List<string> Duplicates { get; } = [];

    /// <summary>What contradicts itself otherwise, a line each.</summary>
    internal List<string> Broken { get; } = [];

    internal bool Held => Lost.Count == 0 && Duplicates.Count == 0 && Broken.Count == 0;

    /// <summary>Compares how often something is there with how often it must be.</summary>
    internal void Expect(string what, int expected, int actual)
    {
        Lost.AddRange(Enumerable.Repeat(what, Math.Max(0, expected - actual)));
        Duplicates.AddRange(Enumerable.Repeat(what, Math.Max(0, actual - expected)));
    }

    internal void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            Broken.Add(otherwise);
        }
    }

    public override string ToString()
        => $"OrderFlow: orders={Orders} completed={Completed} compensated={Compensated} refunded={Refunded} lost={Lost.Count} duplicate_effects={Duplicates.Count} "
            + $"dead_lettered={DeadLettered} redriven={Redriven} images={Images} invariants={(Held ? "held" : "broken")}";
}
