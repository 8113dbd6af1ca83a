namespace TechCorp.Patterns.Contracts;

/// <summary>One fault of a connection, and how long it lasts.</summary>
public readonly record struct Fault(FaultKind Kind, TimeSpan After, TimeSpan Lasting)
{
    /// <summary>Faults spread over a span of time; the same seed gives the same faults.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="count">How many.</param>
    /// <param name="span">The time in which they come.</param>
    public static IReadOnlyList<Fault> Script(int seed, int count, TimeSpan span)
    {
        var random = new Random(seed); // repeatable on purpose
        var kinds = Enum.GetValues<FaultKind>();
        var gap = span / (count + 1);
        return [.. Enumerable.Range(0, count)
            .Select(_ => new Fault(kinds[random.Next(kinds.Length)], gap * (0.5 + random.NextDouble()), TimeSpan.FromMilliseconds(random.Next(50, 600))))];
    }

    /// <summary>Begins the fault.</summary>
    public void Begin(TcpProxy proxy)
    {
        switch (Kind)
        {
            case FaultKind.Reset:
                proxy.Cut();
                break;
            case FaultKind.Close:
                proxy.Cut(reset: false);
                break;
            case FaultKind.HalfOpen:
                proxy.HalfOpen();
                break;
            case FaultKind.Stall:
                proxy.Stall();
                break;
            case FaultKind.WithholdConfirms:
                proxy.Stall(toServer: false);
                break;
            case FaultKind.Throttle:
                proxy.Throttle(64 * 1024);
                break;
            case FaultKind.Refuse:
                proxy.Close();
                break;
        }
    }

    /// <summary>Ends what can be ended: what was cut stays cut.</summary>
    public void End(TcpProxy proxy)
    {
        switch (Kind)
        {
            case FaultKind.Stall or FaultKind.WithholdConfirms:
                proxy.Resume();
                break;
            case FaultKind.Throttle:
                proxy.Throttle(0);
                break;
            case FaultKind.Refuse:
                proxy.Reopen();
                break;
        }
    }
}
