namespace TechCorp.Messaging;

/// <summary>The dead letters: looked at, sent back, discarded. Queues are named by the queue whose dead letters are meant: <c>orders.process</c>, not <c>orders.process.dlq</c>.</summary>
/// <remarks>
/// Safe for concurrent use; two calls on one queue share its messages between them. Nothing is ever lost: a message leaves the dead letters only after its copy is
/// confirmed, or when <see cref="DiscardAsync"/> chose it. While a call runs, others do not see the messages it holds; when it ends they are back in their places.
/// On a quorum queue each look counts as one delivery: give a dead-letter queue no delivery limit.
/// </remarks>
public sealed class DeadLetterQueues
{
    private readonly ITransport _transport;
    private readonly IReadOnlyList<string> _queues;
    private readonly DeadLetterEnumerator _walk;
    private readonly Redrive _redrive;

    internal DeadLetterQueues(ITransport transport, IReadOnlyList<string> queues, TimeSpan publishTimeout, TimeProvider timeProvider)
    {
        _transport = transport;
        _queues = queues;
        _walk = new DeadLetterEnumerator(transport, timeProvider);
        _redrive = new Redrive(transport, _walk, publishTimeout, timeProvider);
    }

    /// <summary>The queues that are consumed here, and how many dead letters each has.</summary>
    public async Task<IReadOnlyList<DeadLetterQueueStatus>> ListAsync(CancellationToken cancellationToken = default)
    {
        var list = new List<DeadLetterQueueStatus>(_queues.Count);
        foreach (var queue in _queues)
        {
            var counts = await _transport.CountAsync(Topology.DeadLetterQueueOf(queue), cancellationToken).ConfigureAwait(false);
            list.Add(new DeadLetterQueueStatus(queue, counts?.Ready));
        }

        return list;
    }

    /// <summary>The oldest dead letters of a queue, in order. Any number of times: nothing is consumed.</summary>
    /// <param name="queue">The queue whose dead letters are meant.</param>
    /// <param name="count">The most to return. Default: 100.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="InvalidOperationException">There is no dead-letter queue.</exception>
    public async Task<IReadOnlyList<DeadLetter>> PeekAsync(string queue, int count = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var letters = new List<DeadLetter>();
        await foreach (var (letter, _, _) in _walk.StepsAsync(queue, cancellationToken).ConfigureAwait(false))
        {
            letters.Add(letter);
            if (letters.Count == count)
            {
                break;
            }
        }

        return letters;
    }

    /// <summary>Sends dead letters back to where they failed, oldest first, with all their attempts before them again.</summary>
    /// <remarks>Each copy is confirmed before the dead letter goes: a crash in the middle loses nothing and repeats at most one message. Call again to resume.</remarks>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">There is no dead-letter queue.</exception>
    public Task<RedriveResult> RedriveAsync(string queue, RedriveOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new RedriveOptions();
        options.Check();
        return _redrive.RunAsync(queue, options, cancellationToken);
    }

    /// <summary>Destroys exactly the dead letters that are chosen, for good.</summary>
    /// <param name="queue">The queue whose dead letters are meant.</param>
    /// <param name="which">Called once for each dead letter that is there now.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>How many are gone.</returns>
    /// <exception cref="InvalidOperationException">There is no dead-letter queue.</exception>
    public async Task<int> DiscardAsync(string queue, Func<DeadLetter, bool> which, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(which);
        var discarded = 0;
        await foreach (var (letter, delivery, held) in _walk.StepsAsync(queue, cancellationToken).ConfigureAwait(false))
        {
            if (which(letter) && await held.AcknowledgeAsync(delivery, cancellationToken).ConfigureAwait(false))
            {
                discarded++;
            }
        }

        return discarded;
    }
}
