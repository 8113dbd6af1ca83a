namespace TechCorp.Messaging;

/// <summary>When a queue is too long, and when it refuses. Guarded by the broker's lock.</summary>
/// <remarks>
/// A classic queue refuses exactly at its length. A quorum queue notices only when it exceeds it, so that it holds one message more, and takes messages
/// again when it is down to four fifths (<c>rabbit_fifo</c>; seen on RabbitMQ 3.10.8).
/// </remarks>
internal sealed class LengthLimit(QueueDeclaration declaration)
{
    private bool _refusing;

    /// <summary>Whether one message more is refused.</summary>
    internal bool Refuses(int length) => declaration is { RejectPublishWhenFull: true, MaxLength: { } most }
        && (declaration.Kind == QueueKind.Quorum ? _refusing : length >= most);

    /// <summary>Whether the oldest message has to go.</summary>
    internal bool DropsHead(int length) => declaration is { RejectPublishWhenFull: false, MaxLength: { } most } && length > most;

    /// <summary>Takes note of the length after a change.</summary>
    internal void Note(int length)
    {
        if (length > declaration.MaxLength)
        {
            _refusing = true;
        }
        else if (length <= declaration.MaxLength / 5 * 4 + declaration.MaxLength % 5 * 4 / 5)
        {
            _refusing = false;
        }
    }
}
