namespace TechCorp.Messaging;

/// <summary>Browses, redrives and discards dead letters, by the name of the queue that they belong to: <c>orders.process</c>. They are read where the
/// queue's declaration in the service's topology sends them, else from <c>orders.process.dlq</c>.</summary>
/// <remarks>
/// The name of a dead-letter queue itself is taken as well, and means everything in it. Where several queues share a dead-letter queue, the name of one
/// of them means only its dead letters.
/// Safe for concurrent use; two calls on one queue share its messages between them. A message leaves the dead-letter queue only after its copy is
/// confirmed, or when <see cref="DiscardAsync"/> chose it. While a call runs, others do not see the messages it holds; when it
/// ends they are back in their places.
/// Each call throws an <see cref="InvalidOperationException"/> before messaging has started with its host and after it has stopped.
/// On a quorum queue each call counts as one delivery of the messages it read, so a dead-letter queue needs a delivery limit that no number of calls
/// reaches: RabbitMQ 4.0 and later give a queue without one a limit of 20.
/// </remarks>
public sealed class DeadLetterQueues
{
    private readonly ITransport _transport;
    private readonly DeadLetterSources _sources;
    private readonly DeadLetterEnumerator _enumerator;
    private readonly Redrive _redrive;
    private readonly HostGate _gate;

    internal DeadLetterQueues(ITransport transport, DeadLetterSources sources, TimeSpan publishTimeout, TimeProvider timeProvider, HostGate gate)
    {
        _gate = gate;
        _transport = transport;
        _sources = sources;
        _enumerator = new DeadLetterEnumerator(transport, sources, timeProvider);
        _redrive = new Redrive(transport, _enumerator, sources, publishTimeout, timeProvider);
    }

    /// <summary>How many messages the dead-letter queue of each queue holds that is consumed here; null where there is none. Queues that share one have
    /// the same count.</summary>
    public async Task<IReadOnlyDictionary<string, long?>> CountAsync(CancellationToken cancellationToken = default)
    {
        _gate.ThrowUnlessRunning("count dead letters");
        var byQueue = new Dictionary<string, long?>(_sources.Consumed.Count, StringComparer.Ordinal);
        foreach (var queue in _sources.Consumed)
        {
            var counts = await _transport.CountAsync(_sources.Of(queue), cancellationToken).ConfigureAwait(false);
            byQueue[queue] = counts?.Ready;
        }

        return byQueue;
    }

    /// <summary>The oldest dead letters of a queue, in order. They stay where they are; on a quorum queue each call counts as a delivery of those
    /// it read.</summary>
    /// <param name="queue">The queue whose dead letters are meant.</param>
    /// <param name="count">The most to return. Default: 100.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="InvalidOperationException">There is no dead-letter queue.</exception>
    public async Task<IReadOnlyList<DeadLetter>> PeekAsync(string queue, int count = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _gate.ThrowUnlessRunning("read dead letters");
        var deadLetters = new List<DeadLetter>();
        await foreach (var (deadLetter, _, _) in _enumerator.EnumerateAsync(queue, cancellationToken).ConfigureAwait(false))
        {
            deadLetters.Add(deadLetter);
            if (deadLetters.Count == count)
            {
                break;
            }
        }

        return deadLetters;
    }

    /// <summary>Sends dead letters back to where they failed, oldest first, with all their attempts before them again.</summary>
    /// <remarks>Each copy is confirmed before the dead letter goes: a crash in the middle loses nothing and repeats at most one
    /// message. Call again to resume.</remarks>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">There is no dead-letter queue.</exception>
    public Task<RedriveResult> RedriveAsync(string queue, RedriveOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new RedriveOptions();
        options.Check();
        _gate.ThrowUnlessRunning("redrive dead letters");
        return _redrive.RunAsync(queue, options, cancellationToken);
    }

    /// <summary>Removes exactly the dead letters that are chosen; they cannot be restored.</summary>
    /// <param name="queue">The queue whose dead letters are meant.</param>
    /// <param name="filter">Called once for each dead letter in the queue at the start of the call.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="InvalidOperationException">There is no dead-letter queue.</exception>
    public async Task<int> DiscardAsync(string queue, Func<DeadLetter, bool> filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        _gate.ThrowUnlessRunning("discard dead letters");
        var discarded = 0;
        await foreach (var (deadLetter, delivery, unacknowledged) in _enumerator.EnumerateAsync(queue, cancellationToken).ConfigureAwait(false))
        {
            if (filter(deadLetter) && await unacknowledged.AcknowledgeAsync(delivery, cancellationToken).ConfigureAwait(false))
            {
                discarded++;
            }
        }

        return discarded;
    }
}
