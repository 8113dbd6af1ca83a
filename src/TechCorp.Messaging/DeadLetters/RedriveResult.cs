namespace TechCorp.Messaging;

/// <summary>What a redrive did.</summary>
/// <param name="RedriveId">The redrive's id, in the headers of what it sent back.</param>
public sealed record RedriveResult(string RedriveId)
{
    /// <summary>Dead letters that the filter chose; a dry run would have sent back these less <see cref="OverRedriveLimit"/>.</summary>
    public int Matched { get; init; }

    /// <summary>Sent back: confirmed by the broker and removed from the dead-letter queue. None in a dry run.</summary>
    public int Redriven { get; init; }

    /// <summary>Left where they are because they were redriven as often as is allowed.</summary>
    public int OverRedriveLimit { get; init; }

    /// <summary>Left where they are because the broker did not confirm them.</summary>
    public int Failed { get; init; }

    /// <summary>Why the last of them failed; null when none did.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Whether it ended early because the connection was lost. Call again: nothing is lost, and at most one message, which is not
    /// counted here, goes out twice.</summary>
    public bool Interrupted { get; init; }
}
