using System.Runtime.CompilerServices;

namespace TechCorp.Messaging;

/// <summary>Goes once through what is in a dead-letter queue now, each message held until the walk ends; what comes meanwhile is left for the next.</summary>
internal sealed class DeadLetterWalk(ITransport transport)
{
    /// <exception cref="InvalidOperationException">There is no dead-letter queue.</exception>
    internal async IAsyncEnumerable<(DeadLetter Letter, Delivery Delivery, IQueueReader Reader)> StepsAsync(string queue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        var deadLetters = Topology.DeadLetterQueueOf(queue);
        var counts = await transport.CountAsync(deadLetters, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"There is no queue '{deadLetters}'; dead letters of '{queue}' cannot be looked at.");
        var reader = await transport.OpenReaderAsync(deadLetters, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            for (var i = 0L; i < counts.Ready; i++)
            {
                if (await reader.GetAsync(cancellationToken).ConfigureAwait(false) is not { } delivery)
                {
                    break;
                }

                yield return (DeadLetterReading.Read(delivery, queue), delivery, reader);
            }
        }
    }
}
