namespace TechCorp.Outbox;

/// <summary>What may be written to the outbox.</summary>
public sealed class OutboxOptions
{
    /// <summary>The largest payload, in bytes; a larger one is refused when it is written, not when it is published. Default: 1
    /// MiB, the publisher's limit.</summary>
    public int MaxPayloadBytes { get; set; } = 1024 * 1024;

    internal IEnumerable<string> Problems()
    {
        if (MaxPayloadBytes < 1)
        {
            yield return $"{nameof(MaxPayloadBytes)} must be at least 1; it is {MaxPayloadBytes}.";
        }
    }

    internal OutboxOptions Copy()
    {
        OptionsCheck.Throw(nameof(OutboxOptions), Problems());
        return (OutboxOptions)MemberwiseClone();
    }
}
