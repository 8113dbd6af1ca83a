using System.Runtime.CompilerServices;

namespace TechCorp.Messaging;

/// <summary>Enumerates once the messages that are in a dead-letter queue now, and holds each until the enumeration ends; messages that come
/// meanwhile are left for the next.</summary>
internal sealed class DeadLetterEnumerator(ITransport transport, DeadLetterSources sources, TimeProvider timeProvider)
{
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReturnPollInterval = TimeSpan.FromMilliseconds(25);

    /// <exception cref="InvalidOperationException">There is no dead-letter queue.</exception>
    internal async IAsyncEnumerable<(DeadLetter DeadLetter, Delivery Delivery, UnacknowledgedDeadLetters Unacknowledged)> EnumerateAsync(string queue,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        var (deadLetters, ready, onlyOfName) = await sources.FindAsync(queue, cancellationToken).ConfigureAwait(false);
        var reader = await transport.OpenReaderAsync(deadLetters, cancellationToken).ConfigureAwait(false);
        var unacknowledged = new UnacknowledgedDeadLetters(reader);
        try
        {
            for (var i = 0L; i < ready; i++)
            {
                if (await unacknowledged.GetAsync(cancellationToken).ConfigureAwait(false) is not { } delivery)
                {
                    break;
                }

                var deadLetter = DeadLetterReading.Read(delivery, queue);
                if (!onlyOfName || deadLetter.OriginalQueue == queue)
                {
                    yield return (deadLetter, delivery, unacknowledged);
                }
            }
        }
        finally
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            await ReturnedAsync(deadLetters, unacknowledged.Count, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Waits until the broker has requeued the messages that were held, so that the next call finds them: a quorum queue notices a closed
    /// channel some moments later.
    /// (To requeue them one by one would be prompt, but a quorum queue would change their order.) Bounded, because other consumers may take them meanwhile.
    /// </summary>
    private async Task ReturnedAsync(string deadLetters, int held, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        try
        {
            while (held > 0 && await transport.CountAsync(deadLetters, cancellationToken).ConfigureAwait(false) is { } counts && counts.Ready < held
                && timeProvider.GetElapsedTime(started) < ReturnLimit)
            {
                await Task.Delay(ReturnPollInterval, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // For the next call only: the results of this enumeration stand.
        }
    }
}
