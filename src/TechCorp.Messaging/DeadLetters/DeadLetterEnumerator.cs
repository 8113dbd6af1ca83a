using System.Runtime.CompilerServices;

namespace TechCorp.Messaging;

/// <summary>Goes once through what is in a dead-letter queue now, each message held until the walk ends; what comes meanwhile is left for the next.</summary>
internal sealed class DeadLetterEnumerator(ITransport transport, TimeProvider timeProvider)
{
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReturnLook = TimeSpan.FromMilliseconds(25);

    /// <exception cref="InvalidOperationException">There is no dead-letter queue.</exception>
    internal async IAsyncEnumerable<(DeadLetter Letter, Delivery Delivery, UnacknowledgedDeadLetters Held)> StepsAsync(string queue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        var deadLetters = Topology.DeadLetterQueueOf(queue);
        var counts = await transport.CountAsync(deadLetters, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"There is no queue '{deadLetters}'; dead letters of '{queue}' cannot be looked at.");
        var reader = await transport.OpenReaderAsync(deadLetters, cancellationToken).ConfigureAwait(false);
        var held = new UnacknowledgedDeadLetters(reader);
        try
        {
            for (var i = 0L; i < counts.Ready; i++)
            {
                if (await held.GetAsync(cancellationToken).ConfigureAwait(false) is not { } delivery)
                {
                    break;
                }

                yield return (DeadLetterReading.Read(delivery, queue), delivery, held);
            }
        }
        finally
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            await ReturnedAsync(deadLetters, held.Count, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Waits until the queue has back what was held, so that the next call finds it: a quorum queue hears of a closed channel some moments later.
    /// (Giving it back message by message would be prompt, but a quorum queue then puts it into another order.) Bounded, since others may take it meanwhile.
    /// </summary>
    private async Task ReturnedAsync(string deadLetters, int held, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        try
        {
            while (held > 0 && await transport.CountAsync(deadLetters, cancellationToken).ConfigureAwait(false) is { } counts && counts.Ready < held && timeProvider.GetElapsedTime(started) < ReturnLimit)
            {
                await Task.Delay(ReturnLook, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // Only a courtesy to the next call: what the walk did stands, whatever the broker does now.
        }
    }
}
