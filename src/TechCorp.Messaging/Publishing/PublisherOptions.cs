namespace TechCorp.Messaging;

/// <summary>How the publisher confirms, waits and limits.</summary>
public sealed class PublisherOptions
{
    private const int LargestWindow = ushort.MaxValue;

    /// <summary>How long a publish may take in all, resends included, before it ends as <see cref="PublishOutcomeKind.Expired"/>. Default: 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many publishes may be unconfirmed at once; further callers wait. At most 65 535. Default: 256.</summary>
    public int MaxOutstandingConfirms { get; set; } = 256;

    /// <summary>The largest body, in bytes. Default: 1 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>What happens to unconfirmed publishes when the connection is lost. Default: <see cref="ConnectionLossBehavior.Resend"/>.</summary>
    public ConnectionLossBehavior ConnectionLossBehavior { get; set; }

    internal PublisherOptions Copy() => (PublisherOptions)MemberwiseClone();

    internal IEnumerable<string> Problems()
    {
        if (Timeout <= TimeSpan.Zero)
        {
            yield return $"{nameof(Timeout)} must be positive; it is {Timeout}.";
        }

        if (MaxOutstandingConfirms is < 1 or > LargestWindow)
        {
            yield return $"{nameof(MaxOutstandingConfirms)} must be at least 1 and at most {LargestWindow}; it is {MaxOutstandingConfirms}.";
        }

        if (MaxBodyBytes < 1)
        {
            yield return $"{nameof(MaxBodyBytes)} must be at least 1; it is {MaxBodyBytes}.";
        }
    }
}
